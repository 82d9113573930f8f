import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { ShiftingClock } from '../adapters/shifting-clock.ts';
import { JsonMismatch } from '../machines/json-reader.ts';
import { type HttpRequest, readHttpRequest } from '../s3/api/http-request.ts';
import { readAdminBody, readNumber, readTexts } from '../s3/control/admin-body.ts';
import {
  CutConnection,
  type KubernetesReply,
  type KubernetesService,
  serveKubernetes,
} from './api/kubernetes-service.ts';
import { type KubernetesConfig, readKubernetesConfig } from './config.ts';
import { type KubernetesFault, KubernetesFaults } from './control/kubernetes-faults.ts';
import { Namespace } from './domain/namespace.ts';
import { StatusError } from './domain/status-error.ts';
import { Pods } from './guest/pods.ts';

/** A simulated API server that listens. */
export interface RunningKubernetes {
  /** What the program prints when it is ready. */
  readonly ready: {
    readonly ready: true;
    readonly url: string;
    readonly namespace: string;
    readonly token: string;
    readonly adminToken: string;
  };
  close(): Promise<void>;
}

const TICK_MS = 50;

/** Starts one namespace and answers when it listens. */
export async function startKubernetes(config: KubernetesConfig): Promise<RunningKubernetes> {
  const folder = join(resolve(config.dataDir), 'pods');
  await mkdir(folder, { recursive: true });
  const clock = new ShiftingClock();
  const namespace = new Namespace(config.namespace, clock, randomUUID);
  const onError = (error: unknown) => console.error(error);
  const pods = new Pods(namespace, { command: config.guestCommand, folder, onError });
  namespace.populate(pods);
  const token = randomBytes(24).toString('hex');
  const adminToken = randomBytes(24).toString('hex');
  const service = { namespace, faults: new KubernetesFaults(), token };
  const server = createServer((request, response) => {
    const incoming = readHttpRequest(request, response, false);
    answer(incoming, response, { service, clock, adminToken }).catch((error: unknown) => {
      if (!incoming.signal.aborted && !(error instanceof CutConnection)) onError(error);
      response.destroy();
    });
  });
  const ticking = setInterval(() => namespace.tick(), TICK_MS);
  server.listen(config.port, config.host);
  await once(server, 'listening');
  const url = `http://${config.host}:${(server.address() as AddressInfo).port}`;
  return {
    ready: { ready: true, url, namespace: config.namespace, token, adminToken },
    close: async () => {
      clearInterval(ticking);
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
      await pods.close();
    },
  };
}

interface Answering {
  readonly service: KubernetesService;
  readonly clock: ShiftingClock;
  readonly adminToken: string;
}

async function answer(
  request: HttpRequest,
  response: ServerResponse,
  parts: Answering,
): Promise<void> {
  const send = ({ status, body }: KubernetesReply) => {
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  };
  try {
    const isAdmin = request.rawPath.startsWith('/_admin/');
    send(await (isAdmin ? administer(request, parts) : serveKubernetes(request, parts.service)));
  } catch (error) {
    if (error instanceof JsonMismatch) {
      const known = new StatusError(422, 'Invalid', error.message);
      send({ status: 422, body: known.toStatus() });
    } else if (error instanceof StatusError) send({ status: error.code, body: error.toStatus() });
    else throw error;
  }
}

async function administer(
  request: HttpRequest,
  { service, clock, adminToken }: Answering,
): Promise<KubernetesReply> {
  if (request.headers.get('authorization') !== `Bearer ${adminToken}`) {
    throw new StatusError(401, 'Unauthorized', 'the administrator token is needed');
  }
  const { namespace, faults } = service;
  const body = request.method === 'POST' ? await readAdminBody(request.body()) : {};
  switch (`${request.method} ${request.rawPath.slice('/_admin/'.length)}`) {
    case 'GET jobs': {
      const jobs = [...namespace.jobs.values()].map(({ spec, state }) => ({
        name: spec.name,
        state,
      }));
      const told = { creations: namespace.creations, secrets: namespace.secrets.size, jobs };
      return { status: 200, body: told };
    }
    case 'POST clock':
      clock.advance(readNumber(body, 'advanceMs', 0));
      namespace.tick();
      return { status: 200, body: {} };
    case 'POST faults':
      faults.add(body as unknown as KubernetesFault);
      return { status: 200, body };
    case 'POST denied':
      faults.denied = readTexts(body, 'actions');
      return { status: 200, body: faults.denied };
    default:
      throw new StatusError(404, 'NotFound', `no ${request.method} ${request.rawPath} here`);
  }
}

async function main(): Promise<void> {
  const kubernetes = await startKubernetes(readKubernetesConfig(process.argv.slice(2)));
  process.stdout.write(`${JSON.stringify(kubernetes.ready)}\n`);
  await new Promise<void>((stop) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop());
  });
  await kubernetes.close();
}

if (import.meta.main) await main();
