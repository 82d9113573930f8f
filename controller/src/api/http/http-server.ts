import { AppError } from '@firn/shared/errors/app-error';
import type { Route } from '@firn/shared/rest/route';
import { basePath, type OperationId, routeTable } from '@firn/shared/rest/route-table';
import { type FastifyInstance, type FastifyReply, type FastifyRequest, fastify } from 'fastify';
import type { AppContext } from '../../app/context.ts';
import { authenticate, authorize } from '../../app/resources/tokens.ts';
import type { ApiToken } from '../../domain/resources.ts';
import type { Input } from './handler.ts';
import { allHandlers } from './handlers/all.ts';
import { onceByKey } from './idempotency.ts';
import { toProblemResponse } from './problem-response.ts';
import { writeSessionEvents } from './session-events.ts';
import { compileValidator } from './validation.ts';

export interface HttpServerOptions {
  readonly context: AppContext;
  readonly listen: { readonly host: string; readonly port: number };
  readonly certificateChainPem: string;
  readonly privateKeyPem: string;
}

export interface HttpServer {
  readonly port: number;
  stop(): Promise<void>;
}

const bodyBytesMax = 4 * 1024 * 1024;
/** Ids of Exchange folders and items are long, more so with their escapes. */
const paramLengthMax = 4_000;

/** The REST API over HTTPS, with a certificate of the controller's own CA. */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const { context, listen, certificateChainPem, privateKeyPem } = options;
  const server = fastify({
    https: { cert: certificateChainPem, key: privateKeyPem, minVersion: 'TLSv1.2' },
    bodyLimit: bodyBytesMax,
    routerOptions: { maxParamLength: paramLengthMax },
    forceCloseConnections: true,
  });
  server.setValidatorCompiler(compileValidator);
  server.setSerializerCompiler(() => JSON.stringify);
  server.setErrorHandler((error, request, reply) => sendProblem(context, error, request, reply));
  server.setNotFoundHandler((request, reply) => {
    const error = new AppError('E_NOT_FOUND', `there is no ${request.method} ${pathOf(request)}`);
    return sendProblem(context, error, request, reply);
  });
  for (const operationId of Object.keys(routeTable) as OperationId[]) {
    addRoute(server as unknown as FastifyInstance, context, operationId);
  }
  await server.listen({ host: listen.host, port: listen.port });
  const address = server.server.address();
  const port = typeof address === 'object' && address !== null ? address.port : listen.port;
  return { port, stop: () => server.close() };
}

function addRoute(server: FastifyInstance, context: AppContext, operationId: OperationId): void {
  const route: Route = routeTable[operationId];
  server.route({
    method: route.method,
    url: basePath + route.path.replace(/\{(\w+)\}/g, ':$1'),
    schema: {
      ...(route.params === undefined ? {} : { params: route.params }),
      ...(route.query === undefined ? {} : { querystring: route.query }),
      ...(route.body === undefined ? {} : { body: route.body }),
    },
    handler: (request, reply) => answer({ context, operationId, route, request, reply }),
    // Before the body is read: who may not call learns nothing of the route.
    onRequest: async (request) => {
      if (route.scope === 'public') return;
      const token = await authenticate(context, bearer(request));
      authorize(token, { scope: route.scope, portal: route.portal ?? false });
      callers.set(request, token);
    },
  });
}

const callers = new WeakMap<FastifyRequest, ApiToken>();

function bearer(request: FastifyRequest): string | undefined {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
}

interface Answer {
  readonly context: AppContext;
  readonly operationId: OperationId;
  readonly route: Route;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

async function answer(options: Answer): Promise<FastifyReply> {
  const { context, operationId, route, request, reply } = options;
  const signal = clientSignal(reply);
  if (route.success.contentType === 'text/event-stream') {
    return streamEvents({ ...options, signal });
  }
  const handler = allHandlers[operationId] as (input: unknown) => Promise<unknown>;
  const input = {
    context,
    params: request.params,
    query: request.query,
    body: request.body,
    isPortal: callers.get(request)?.scope === 'portal',
    signal,
  };
  const work = async () => ({
    status: route.success.status,
    body: await handler(input satisfies Record<keyof Input<OperationId>, unknown>),
  });
  const done =
    route.idempotent === true
      ? await onceByKey(context, idempotentCall(options), work)
      : await work();
  const location = locationOf(done.body);
  if (done.status === 202 && location !== undefined) reply.header('location', location);
  reply.code(done.status);
  return done.body === undefined ? reply.send() : reply.send(done.body);
}

function idempotentCall({ operationId, request }: Answer) {
  const key = request.headers['idempotency-key'];
  return {
    tokenId: callers.get(request)?.id ?? '',
    operation: operationId,
    key: Array.isArray(key) ? key[0] : key,
    request: { params: request.params, body: request.body },
  };
}

/** Where the session of a 202 is. */
function locationOf(body: unknown): string | undefined {
  const { session = body } = (body ?? {}) as { session?: unknown };
  const { id } = (session ?? {}) as { id?: unknown };
  return typeof id === 'string' ? `${basePath}/sessions/${id}` : undefined;
}

async function streamEvents({
  context,
  request,
  reply,
  signal,
}: Answer & { readonly signal: AbortSignal }): Promise<FastifyReply> {
  const { session: sessionId } = request.params as { session: string };
  const lastEventId = request.headers['last-event-id'];
  // Inside the handler, so that an unknown session is a problem like any other.
  try {
    await writeSessionEvents({
      context,
      sessionId,
      lastEventId: Array.isArray(lastEventId) ? lastEventId[0] : lastEventId,
      response: reply.raw,
      signal,
    });
  } catch (error) {
    if (!reply.raw.headersSent) throw error;
    if (!signal.aborted) context.logger.error('events.failed', { sessionId, error });
    reply.raw.destroy();
  }
  return reply.hijack();
}

function clientSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return gone.signal;
}

function sendProblem(
  { logger }: AppContext,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const problem = toProblemResponse(error);
  if (problem.status >= 500) {
    const { method } = request;
    logger.error('request.failed', { method, path: pathOf(request), code: problem.code, error });
  }
  if (problem.status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(problem.status).type('application/problem+json').send(problem);
}

/** Without the query. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?')[0] ?? '';
}
