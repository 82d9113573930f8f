import type { FaultAction } from '../../app/fault-rules.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ApiResponse } from './api-message.ts';
import { DropConnection, GraphError } from './graph-error.ts';

const PIECE_BYTES = 16 * 1024;

/** Applies what a fault does before the request takes effect. */
export async function failBefore(
  actions: readonly FaultAction[],
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  for (const action of actions) {
    if (action.delayMs !== undefined) await clock.sleep(action.delayMs, signal);
    if (!action.applyFirst) fail(action);
  }
}

/** Applies what a fault does to the answer: it is lost, replaced, slowed or cut. */
export function shapeReply(
  response: ApiResponse,
  actions: readonly FaultAction[],
  clock: Clock,
): ApiResponse {
  let shaped = response;
  for (const action of actions) {
    if (action.applyFirst) fail(action);
    if (action.slowBodyMs !== undefined) {
      shaped = streamed(shaped, (bytes) => slowly(bytes, action.slowBodyMs ?? 0, clock));
    }
    if (action.truncateAt !== undefined) {
      shaped = streamed(shaped, (bytes) => truncated(bytes, action.truncateAt ?? 0));
    }
  }
  return shaped;
}

function fail(action: FaultAction): void {
  if (action.drop) throw new DropConnection();
  if (action.status === undefined) return;
  throw new GraphError({
    status: action.status,
    code: action.code ?? codeOf(action.status),
    message: action.message ?? 'The service refused the request on demand.',
    ...(action.retryAfter === undefined
      ? {}
      : { headers: { 'retry-after': String(action.retryAfter) } }),
    emptyBody: action.emptyBody ?? false,
  });
}

function codeOf(status: number): string {
  const codes: Readonly<Record<number, string>> = {
    429: 'TooManyRequests',
    500: 'InternalServerError',
    503: 'ServiceUnavailable',
    504: 'GatewayTimeout',
  };
  return codes[status] ?? 'UnknownError';
}

function streamed(
  response: ApiResponse,
  change: (bytes: Uint8Array) => AsyncIterable<Uint8Array>,
): ApiResponse {
  const { json, bytes, stream, ...rest } = response;
  if (stream) return response;
  const body =
    json === undefined ? (bytes ?? new Uint8Array()) : Buffer.from(JSON.stringify(json), 'utf8');
  const type = json === undefined ? {} : { 'content-type': 'application/json' };
  const headers = { ...type, 'content-length': String(body.byteLength), ...rest.headers };
  return { ...rest, headers, stream: change(body) };
}

async function* slowly(
  bytes: Uint8Array,
  pauseMs: number,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += PIECE_BYTES) {
    await clock.sleep(pauseMs);
    yield bytes.subarray(at, at + PIECE_BYTES);
  }
}

async function* truncated(bytes: Uint8Array, share: number): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, Math.floor(bytes.byteLength * share));
  throw new DropConnection();
}
