import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { makePrivateCa } from '../adapters/identity/private-ca.ts';
import { ShiftingClock } from '../adapters/shifting-clock.ts';
import { SystemIds } from '../adapters/system-ids.ts';
import { JsonMismatch } from '../machines/json-reader.ts';
import { type HttpRequest, readHttpRequest } from '../s3/api/http-request.ts';
import { S3Error } from '../s3/domain/s3-error.ts';
import type { ArmReply } from './api/arm-call.ts';
import { type ArmService, CutConnection, serveArm } from './api/arm-service.ts';
import { Tokens } from './api/tokens.ts';
import { type ArmConfig, readArmConfig } from './config.ts';
import { type ArmAdminParts, administerArm, isAdminPath } from './control/admin.ts';
import { ArmFaults } from './control/arm-faults.ts';
import { ArmError, badRequest } from './domain/arm-error.ts';
import { ResourceGroup } from './domain/resource-group.ts';
import { AzureGuests } from './guest/azure-guests.ts';

/** A simulated Azure Resource Manager that listens, with TLS: its clients send tokens. */
export interface RunningArm {
  /** What the program prints when it is ready. */
  readonly ready: {
    readonly ready: true;
    readonly url: string;
    readonly caFile: string;
    readonly subscriptionId: string;
    readonly resourceGroup: string;
    readonly tenantId: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly adminToken: string;
  };
  close(): Promise<void>;
}

const AUDIENCE = 'https://management.azure.com';
const TICK_MS = 50;

/** Starts one resource group and answers when it listens. */
export async function startArm(config: ArmConfig): Promise<RunningArm> {
  const dataDir = resolve(config.dataDir);
  const folder = join(dataDir, 'machines');
  await mkdir(folder, { recursive: true });
  const clock = new ShiftingClock();
  const wall = new ShiftingClock();
  const ids = new SystemIds();
  const { subscriptionId, resourceGroup, createMs, deleteMs, clientId, tenantId } = config;
  const group = new ResourceGroup({
    ...{ subscriptionId, name: resourceGroup, clock },
    newId: () => ids.uuid(),
    pace: { createMs, deleteMs },
  });
  const clientSecret = config.clientSecret ?? randomBytes(24).toString('base64url');
  const clients = new Map([[clientId, clientSecret]]);
  const tokens = new Tokens({ clients, audience: AUDIENCE, nowMs: () => wall.nowMs() });
  const faults = new ArmFaults();
  const onError = (error: unknown) => console.error(error);
  const identity = await makeIdentity(dataDir, clock.nowMs());
  let url = '';
  const guests = new AzureGuests(group, {
    ...{ command: config.guestCommand, folder, tokens, onError },
    environment: () => ({ ARM_ENDPOINT: url, NODE_EXTRA_CA_CERTS: identity.caFile }),
  });
  group.populate(guests);
  const adminToken = randomBytes(24).toString('hex');
  const world = { group, faults, subscriptionId, origin: () => url };
  const sleep = (ms: number, signal: AbortSignal) => clock.sleep(ms, signal);
  const admin = { adminToken, group, guests, faults, clock };
  const server = createServer(
    identity,
    listener({ service: { world, tokens, sleep }, admin, tenantId, onError }),
  );
  const ticking = setInterval(() => group.tick(), TICK_MS);
  server.listen(config.port, config.host);
  await once(server, 'listening');
  url = `https://${config.host}:${(server.address() as AddressInfo).port}`;
  const names = { subscriptionId, resourceGroup, tenantId, clientId, clientSecret };
  return {
    ready: { ready: true, url, caFile: identity.caFile, ...names, adminToken },
    close: async () => {
      clearInterval(ticking);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await guests.close();
    },
  };
}

async function makeIdentity(dataDir: string, nowMs: number) {
  const addresses = ['127.0.0.1', '::1'];
  const ca = await makePrivateCa({ nowMs, dnsNames: ['localhost'], addresses });
  const caFile = join(dataDir, 'ca.pem');
  await writeFile(caFile, ca.caCert);
  return { key: ca.serverKey, cert: ca.serverCert, caFile };
}

interface ListenerParts {
  readonly service: ArmService;
  readonly admin: ArmAdminParts;
  readonly tenantId: string;
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
  parts: ListenerParts,
): Promise<void> {
  const send = ({ status, headers = {}, body }: ArmReply) => {
    const type = { 'content-type': 'application/json; charset=utf-8' };
    response.writeHead(status, { ...(body === undefined ? {} : type), ...headers });
    response.end(body === undefined ? undefined : JSON.stringify(body));
  };
  try {
    send(await handle(request, parts));
  } catch (error) {
    if (error instanceof CutConnection || request.signal.aborted) throw error;
    const known = toArmError(error);
    if (known.status === 500) parts.onError(error);
    send({ status: known.status, body: { error: { code: known.code, message: known.message } } });
  }
}

async function handle(
  request: HttpRequest,
  { service, admin, tenantId }: ListenerParts,
): Promise<ArmReply> {
  if (isAdminPath(request.rawPath)) return administerArm(request, admin);
  if (request.rawPath !== `/${tenantId}/oauth2/v2.0/token`) return serveArm(request, service);
  const pieces: Uint8Array[] = [];
  for await (const piece of request.body()) pieces.push(piece);
  const form = new URLSearchParams(Buffer.concat(pieces).toString('utf8'));
  return { status: 200, body: service.tokens.grant(form) };
}

function toArmError(error: unknown): ArmError {
  if (error instanceof ArmError) return error;
  if (error instanceof JsonMismatch) return badRequest(error.message);
  if (error instanceof S3Error) return new ArmError(400, 'BadRequest', error.message);
  return new ArmError(500, 'InternalServerError', 'an internal error');
}

async function main(): Promise<void> {
  const arm = await startArm(readArmConfig(process.argv.slice(2)));
  process.stdout.write(`${JSON.stringify(arm.ready)}\n`);
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });
  await arm.close();
}

if (import.meta.main) await main();
