import { AppError } from '../errors/app-error.ts';
import { type ErrorCode, errorCodes } from '../errors/codes.ts';
import type { BodyOf, ParamsOf, QueryOf, ResultOf, Route } from './route.ts';
import { basePath, type OperationId, type RouteTable, routeTable } from './route-table.ts';
import type { Problem } from './schemas/problem.ts';
import type { SessionEvent } from './schemas/session-event.ts';
import { parseServerSentEvents } from './sse.ts';
import type { HttpResponse, Transport } from './transport.ts';

export interface RestClientOptions {
  /** The controller's address, e.g. `https://localhost:8443`. */
  readonly url: string;
  /** `firn_<id>_<secret>`; absent: only public operations. */
  readonly token?: string;
  readonly transport: Transport;
}

type Field<K extends string, T> = [T] extends [undefined]
  ? { readonly [_ in K]?: undefined }
  : Record<string, never> extends T
    ? { readonly [_ in K]?: T }
    : { readonly [_ in K]: T };

/** What an operation takes: params, query and body as its route says. */
export type Call<O extends OperationId> = Field<'params', ParamsOf<RouteTable[O]>> &
  Field<'query', QueryOf<RouteTable[O]>> &
  Field<'body', BodyOf<RouteTable[O]>> & {
    readonly idempotencyKey?: string;
    readonly signal?: AbortSignal;
  };

export interface RestClient {
  /** Fails with the AppError that the controller's problem stands for. */
  call<O extends OperationId>(operationId: O, call: Call<O>): Promise<ResultOf<RouteTable[O]>>;
  /**
   * Follows a session until it ended or the signal aborts. Ends early when the
   * connection breaks: follow again with the last id.
   */
  followSession(sessionId: string, options: FollowOptions): AsyncIterable<FollowedEvent>;
}

export interface FollowOptions {
  /** The id of the last event that was handled. */
  readonly lastEventId?: string;
  readonly signal?: AbortSignal;
}

export type FollowedEvent = SessionEvent & { readonly id: string | undefined };

/** The API of a controller, typed by the route table. */
export function makeRestClient(options: RestClientOptions): RestClient {
  return {
    call: async (operationId, call) => {
      const response = await send(options, operationId, call);
      const text = Buffer.concat(await Array.fromAsync(response.body)).toString('utf8');
      if (response.status >= 400) throw toAppError(response.status, text);
      return (text === '' ? undefined : JSON.parse(text)) as ResultOf<
        RouteTable[typeof operationId]
      >;
    },
    followSession: (sessionId, follow) => followSession(options, sessionId, follow),
  };
}

interface LooseCall {
  readonly params?: unknown;
  readonly query?: unknown;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

async function send(
  options: RestClientOptions,
  operationId: OperationId,
  call: LooseCall,
): Promise<HttpResponse> {
  const route: Route = routeTable[operationId];
  const hasBody = route.body !== undefined;
  return options.transport.send({
    method: route.method,
    url: urlOf(options.url, route, call),
    headers: {
      accept: route.success.contentType ?? 'application/json',
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(hasBody ? { 'content-type': 'application/json' } : {}),
      ...(call.idempotencyKey === undefined ? {} : { 'idempotency-key': call.idempotencyKey }),
      ...call.headers,
    },
    ...(hasBody ? { body: JSON.stringify(call.body ?? {}) } : {}),
    ...(call.signal === undefined ? {} : { signal: call.signal }),
  });
}

function urlOf(base: string, route: Route, call: LooseCall): URL {
  const params = (call.params ?? {}) as Record<string, unknown>;
  const path = route.path.replace(/\{(\w+)\}/g, (_match, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const url = new URL(basePath + path, base);
  for (const [name, value] of Object.entries((call.query ?? {}) as Record<string, unknown>)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    for (const each of values) if (each !== undefined) url.searchParams.append(name, String(each));
  }
  return url;
}

async function* followSession(
  options: RestClientOptions,
  sessionId: string,
  follow: FollowOptions,
): AsyncGenerator<FollowedEvent> {
  const { lastEventId, signal } = follow;
  const response = await send(options, 'followSession', {
    params: { session: sessionId },
    ...(lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.status >= 400) {
    const text = Buffer.concat(await Array.fromAsync(response.body)).toString('utf8');
    throw toAppError(response.status, text);
  }
  for await (const { id, event, data } of parseServerSentEvents(response.body)) {
    yield { id, event, data: JSON.parse(data) } as FollowedEvent;
  }
}

function toAppError(status: number, text: string): AppError {
  const problem = parseProblem(text);
  if (problem === undefined || !(problem.code in errorCodes)) {
    const detail = problem?.detail ?? `the controller answered with status ${status}`;
    return new AppError('E_INTERNAL', detail, { context: { status } });
  }
  const fields = problem.errors?.map(({ path, message }) => `${path} ${message}`).join('; ');
  return new AppError(
    problem.code as ErrorCode,
    fields === undefined ? problem.detail : `${problem.detail}: ${fields}`,
    { context: { status } },
  );
}

function parseProblem(text: string): Problem | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isProblem =
      typeof value === 'object' && value !== null && 'code' in value && 'detail' in value;
    return isProblem ? (value as Problem) : undefined;
  } catch {
    return undefined;
  }
}
