import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { ShiftingClock } from '../adapters/shifting-clock.ts';
import { SystemIds } from '../adapters/system-ids.ts';
import { type HttpRequest, readHttpRequest } from '../s3/api/http-request.ts';
import { S3Error } from '../s3/domain/s3-error.ts';
import { Credentials } from '../s3/signing/credentials.ts';
import { CutConnection, type Ec2Service, errorDocument, serveEc2 } from './api/ec2-service.ts';
import { type Ec2Config, readEc2Config } from './config.ts';
import { administerEc2, type Ec2AdminParts, isAdminPath } from './control/admin.ts';
import { CloudFaults } from './control/cloud-faults.ts';
import { ClientTokens } from './domain/client-tokens.ts';
import { Ec2Error } from './domain/ec2-error.ts';
import { Region } from './domain/region.ts';
import { GuestMachines } from './guest/guest-machines.ts';

/** A simulated EC2 that listens. */
export interface RunningEc2 {
  /** What the program prints when it is ready. */
  readonly ready: {
    readonly ready: true;
    readonly url: string;
    readonly region: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly adminToken: string;
  };
  /** Ends the guests too. */
  close(): Promise<void>;
}

const TICK_MS = 50;

/** Starts a region and answers when it listens. */
export async function startEc2(config: Ec2Config): Promise<RunningEc2> {
  const folder = join(resolve(config.dataDir), 'instances');
  await mkdir(folder, { recursive: true });
  const clock = new ShiftingClock();
  const wall = new ShiftingClock();
  const ids = new SystemIds();
  const { bootMs, shutdownMs, lagMs, accountId } = config;
  const newId = (prefix: string) => prefix + ids.uuid().replaceAll('-', '').slice(0, 17);
  const pace = { bootMs, shutdownMs, lagMs };
  const region = new Region({ name: config.region, clock, newId, pace });
  const onError = (error: unknown) => console.error(error);
  const guests = new GuestMachines(region, {
    command: config.guestCommand,
    folder,
    accountId,
    onError,
  });
  region.populate(guests);
  const credentials = new Credentials();
  const { accessKeyId } = config;
  const secretAccessKey = config.secretAccessKey ?? randomBytes(30).toString('base64url');
  credentials.put({ accessKeyId, secretAccessKey, deny: [] });
  const faults = new CloudFaults();
  const world = { region, tokens: new ClientTokens(), faults, accountId, known: config };
  const adminToken = randomBytes(24).toString('hex');
  const admin = {
    ...{ adminToken, region, guests, faults, credentials, clock },
    newId: () => ids.uuid(),
  };
  const sleep = (ms: number, signal: AbortSignal) => clock.sleep(ms, signal);
  const server = createServer(
    listener({
      service: { world, credentials, sleep, wallMs: () => wall.nowMs() },
      admin,
      ids,
      onError,
    }),
  );
  const ticking = setInterval(() => region.tick(), TICK_MS);
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const url = `http://${config.host}:${port}`;
  return {
    ready: { ready: true, url, region: region.name, accessKeyId, secretAccessKey, adminToken },
    close: async () => {
      clearInterval(ticking);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await guests.close();
    },
  };
}

interface ListenerParts {
  readonly service: Ec2Service;
  readonly admin: Ec2AdminParts;
  readonly ids: SystemIds;
  readonly onError: (error: unknown) => void;
}

function listener(parts: ListenerParts) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    const incoming = readHttpRequest(request, response, false);
    answer(incoming, response, parts).catch((error: unknown) => {
      if (!incoming.signal.aborted && !(error instanceof CutConnection)) parts.onError(error);
      response.destroy();
    });
  };
}

async function answer(
  request: HttpRequest,
  response: ServerResponse,
  { service, admin, ids, onError }: ListenerParts,
): Promise<void> {
  const requestId = ids.uuid();
  const isAdmin = isAdminPath(request.rawPath);
  const send = (status: number, body: string, isJson: boolean) => {
    const type = isJson ? 'application/json' : 'text/xml;charset=UTF-8';
    response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': requestId });
    response.end(body);
  };
  try {
    const body = isAdmin
      ? await administerEc2(request, admin)
      : await serveEc2(request, service, requestId);
    send(200, body, isAdmin);
  } catch (error) {
    if (error instanceof CutConnection || request.signal.aborted) throw error;
    const known = toEc2Error(error);
    if (known.status === 500 && known !== error) onError(error);
    send(known.status, errorDocument(known, requestId), false);
  }
}

function toEc2Error(error: unknown): Ec2Error {
  if (error instanceof Ec2Error) return error;
  if (error instanceof S3Error) return new Ec2Error('InvalidParameterValue', error.message);
  return new Ec2Error('InternalError', 'An internal error has occurred');
}

async function main(): Promise<void> {
  const ec2 = await startEc2(readEc2Config(process.argv.slice(2)));
  process.stdout.write(`${JSON.stringify(ec2.ready)}\n`);
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });
  await ec2.close();
}

if (import.meta.main) await main();
