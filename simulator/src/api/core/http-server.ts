import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import fastify from 'fastify';
import type { ApiRequest, ApiResponse, RequestBody } from './api-message.ts';
import type { Dispatcher } from './dispatcher.ts';
import {
  badRequest,
  DropConnection,
  errorBody,
  GraphError,
  methodNotAllowed,
} from './graph-error.ts';
import type { PlainRoutes } from './plain-routes.ts';

const BODY_LIMIT_BYTES = 256 * 1024 * 1024;

/** The private key and certificate chain of the server, PEM. */
export interface ServerIdentity {
  readonly key: string;
  readonly cert: string;
}

/** What runs behind the server. */
export interface ServerParts {
  readonly dispatcher: Dispatcher;
  readonly plain: PlainRoutes;
  readonly identity: ServerIdentity;
}

/** An HTTPS server whose only job is to carry requests to the dispatcher and answers back. */
export function buildHttpServer({ dispatcher, plain, identity }: ServerParts): FastifyInstance {
  const server = fastify({
    https: identity,
    logger: false,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    routerOptions: { maxParamLength: 65_536 },
    forceCloseConnections: true,
    frameworkErrors: (error, _request, reply) => {
      refuse(reply, badRequest(error.message));
    },
  }) as unknown as FastifyInstance;
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
  server.setNotFoundHandler((_request, reply) => refuse(reply, methodNotAllowed(['GET'])));
  server.all('/*', async (request, reply) => {
    const incoming = readRequest(request, reply);
    const version = /^\/(v1\.0|beta)(\/.*)$/i.exec(incoming.path);
    try {
      if (!version?.[2]) return await send(reply, await plain.answer(incoming), () => undefined);
      const { response, done } = await dispatcher.dispatch({
        ...incoming,
        version: version[1]?.toLowerCase() === 'beta' ? 'beta' : 'v1.0',
        resource: version[2],
      });
      return await send(reply, response, done);
    } catch (error) {
      return dropOr(error, request, reply);
    }
  });
  return server;
}

function readRequest(request: FastifyRequest, reply: FastifyReply): ApiRequest {
  const raw = request.raw.url ?? '/';
  const cut = raw.indexOf('?');
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return {
    method: request.method,
    origin: `https://${request.headers.host ?? 'localhost'}`,
    path: cut < 0 ? raw : raw.slice(0, cut),
    query: new URLSearchParams(cut < 0 ? '' : raw.slice(cut + 1)),
    headers: readHeaders(request),
    body: readBody(request),
    signal: gone.signal,
    batched: false,
  };
}

function readHeaders(request: FastifyRequest): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return headers;
}

function readBody(request: FastifyRequest): RequestBody {
  const source = (): AsyncIterable<Uint8Array> =>
    request.body instanceof Readable ? request.body : Readable.from([]);
  return {
    stream: source,
    bytes: async (limitBytes = BODY_LIMIT_BYTES) => {
      if (Number(request.headers['content-length']) > limitBytes) throw tooLarge(limitBytes);
      const pieces: Uint8Array[] = [];
      let sizeBytes = 0;
      for await (const piece of source()) {
        sizeBytes += piece.byteLength;
        if (sizeBytes > limitBytes) throw tooLarge(limitBytes);
        pieces.push(piece);
      }
      return Buffer.concat(pieces);
    },
  };
}

function tooLarge(limitBytes: number): GraphError {
  return new GraphError({
    status: 413,
    code: 'RequestEntityTooLarge',
    message: `The request exceeds the maximum size of ${limitBytes} bytes.`,
    headers: { connection: 'close' },
  });
}

/**
 * Sends an answer. `done` is called when the last byte is handed over, and not later: a client
 * that has its answer may come again at once and must not find its own slot still taken.
 */
async function send(
  reply: FastifyReply,
  response: ApiResponse,
  done: () => void,
): Promise<FastifyReply> {
  reply.raw.once('close', done);
  reply.code(response.status);
  if (response.json !== undefined) reply.header('content-type', JSON_TYPE);
  reply.headers({ ...response.headers });
  if (response.stream) {
    return reply.send(Readable.from(thenDone(response.stream, done), { objectMode: false }));
  }
  done();
  if (response.json !== undefined) return reply.send(JSON.stringify(response.json));
  return reply.send(response.bytes && Buffer.from(response.bytes));
}

async function* thenDone(
  stream: AsyncIterable<Uint8Array>,
  done: () => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } finally {
    done();
  }
}

const JSON_TYPE =
  'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8';

/** A refusal of what did not come as far as the dispatcher. */
function refuse(reply: FastifyReply, { detail }: GraphError): FastifyReply {
  const requestId = randomUUID();
  const body = errorBody(detail, { requestId, clientRequestId: requestId, nowMs: Date.now() });
  return reply
    .code(detail.status)
    .headers({ ...detail.headers, 'content-type': JSON_TYPE })
    .send(JSON.stringify(body));
}

/** Cuts the connection for a fault on demand; anything else is a defect and answers 500. */
function dropOr(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  if (error instanceof DropConnection || request.raw.socket.destroyed) {
    request.raw.socket.destroy();
    return reply.hijack();
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${request.method} ${request.url}: ${message}\n`);
  return reply
    .code(500)
    .header('content-type', 'application/json')
    .send(JSON.stringify({ error: { code: 'InternalServerError', message: 'Unexpected error.' } }));
}
