import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { MetadataOptions } from '../domain/instance.ts';

export interface MetadataServerParts {
  readonly options: MetadataOptions;
  readonly nowMs: () => number;
  /** The value of a path below /latest/; undefined: there is none. */
  readonly read: (path: string) => string | Uint8Array | undefined;
}

export interface RunningMetadataServer {
  /** http://127.0.0.1:port, in the place of http://169.254.169.254 */
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const TTL = 'x-aws-ec2-metadata-token-ttl-seconds';
const TTL_MAX_SECONDS = 21_600;

/**
 * The metadata service of one instance, version 2 [EC2: Use the Instance
 * Metadata Service]. Whoever forwards a request cannot get a token, and with
 * `HttpTokens: required` nothing is read without one. The hop limit belongs to
 * IP and is not to be seen on a loopback: it is answered as a header.
 */
export async function startMetadataServer(
  parts: MetadataServerParts,
): Promise<RunningMetadataServer> {
  const tokens = new Map<string, number>();
  const server = createServer((request, response) => {
    const { status, body = '', headers = {} } = answer(request, parts, tokens);
    const hops = String(parts.options.hopLimit);
    response.writeHead(status, { 'x-simulated-hop-limit': hops, ...headers });
    endAfter(request, response, body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

function endAfter(request: IncomingMessage, response: ServerResponse, body: string | Uint8Array) {
  request.resume();
  response.end(body);
}

function answer(
  request: IncomingMessage,
  parts: MetadataServerParts,
  tokens: Map<string, number>,
): Answer {
  if (parts.options.httpEndpoint === 'disabled') return { status: 403 };
  const path = (request.url ?? '').replace(/^\/(latest|\d{4}-\d\d-\d\d)\//, '').replace(/\/$/, '');
  if (path === 'api/token') return giveToken(request, parts, tokens);
  if (request.method !== 'GET') return { status: 405 };
  if (!isAdmitted(request, parts, tokens)) return { status: 401 };
  const body = parts.read(path);
  if (body === undefined) return { status: 404 };
  return { status: 200, body, headers: { 'content-type': 'text/plain' } };
}

function giveToken(
  request: IncomingMessage,
  { nowMs }: MetadataServerParts,
  tokens: Map<string, number>,
): Answer {
  if (request.method !== 'PUT') return { status: 405 };
  if (request.headers['x-forwarded-for'] !== undefined) return { status: 403 };
  const ttlSeconds = Number(request.headers[TTL]);
  const isValid = Number.isInteger(ttlSeconds) && ttlSeconds >= 1 && ttlSeconds <= TTL_MAX_SECONDS;
  if (!isValid) return { status: 400 };
  const token = randomBytes(42).toString('base64');
  tokens.set(token, nowMs() + ttlSeconds * 1_000);
  return { status: 200, body: token, headers: { [TTL]: String(ttlSeconds) } };
}

function isAdmitted(
  request: IncomingMessage,
  { options, nowMs }: MetadataServerParts,
  tokens: ReadonlyMap<string, number>,
): boolean {
  const token = request.headers['x-aws-ec2-metadata-token'];
  if (token === undefined) return options.httpTokens === 'optional';
  return nowMs() < (tokens.get(String(token)) ?? 0);
}
