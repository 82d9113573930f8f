import type { FaultAction } from '../../app/fault-rules.ts';
import type { Clock } from '../../ports/clock.ts';
import { DemandedError } from '../domain/s3-error.ts';
import type { S3Reply } from './s3-call.ts';

/** A fault that cuts the connection instead of answering. */
export class DroppedConnection extends Error {}

const PIECE_BYTES = 16 * 1024;
const CODES: Readonly<Record<number, string>> = {
  200: 'InternalError',
  403: 'AccessDenied',
  500: 'InternalError',
  503: 'SlowDown',
};

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
export async function shapeReply(
  reply: S3Reply,
  actions: readonly FaultAction[],
  clock: Clock,
): Promise<S3Reply> {
  const lost = actions.find(({ applyFirst }) => applyFirst);
  if (lost) {
    await reply.stream?.[Symbol.asyncIterator]().return?.();
    fail(lost);
  }
  let shaped = reply;
  for (const action of actions) {
    const { slowBodyMs, truncateAt } = action;
    if (slowBodyMs !== undefined) {
      shaped = streamed(shaped, (source) => slowly(source, slowBodyMs, clock));
    }
    if (truncateAt !== undefined) {
      const leftBytes = Math.floor(bodyBytes(shaped) * truncateAt);
      shaped = streamed(shaped, (source) => truncated(source, leftBytes));
    }
  }
  return shaped;
}

/** A status of 200 gives an error document with it: CopyObject and CompleteMultipartUpload can. */
function fail({ drop, status, code, message, retryAfter }: FaultAction): void {
  if (drop) throw new DroppedConnection();
  if (status === undefined) return;
  throw new DemandedError(status, code ?? CODES[status] ?? 'ServiceUnavailable', {
    message: message ?? 'Refused on demand.',
    ...(retryAfter === undefined ? {} : { headers: { 'retry-after': String(retryAfter) } }),
  });
}

function bodyBytes({ sizeBytes, stream, document = '' }: S3Reply): number {
  return stream ? (sizeBytes ?? 0) : Buffer.byteLength(document);
}

function streamed(
  reply: S3Reply,
  change: (source: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): S3Reply {
  const { document, stream, ...rest } = reply;
  if (stream === undefined && document === undefined) return reply;
  return {
    ...rest,
    headers: { ...(stream ? {} : { 'content-type': 'application/xml' }), ...rest.headers },
    sizeBytes: bodyBytes(reply),
    stream: change(stream ?? once(Buffer.from(document ?? '', 'utf8'))),
  };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function* slowly(
  source: AsyncIterable<Uint8Array>,
  pauseMs: number,
  clock: Clock,
): AsyncGenerator<Uint8Array> {
  for await (const piece of source) {
    for (let at = 0; at < piece.byteLength; at += PIECE_BYTES) {
      await clock.sleep(pauseMs);
      yield piece.subarray(at, at + PIECE_BYTES);
    }
  }
}

async function* truncated(
  source: AsyncIterable<Uint8Array>,
  keepBytes: number,
): AsyncGenerator<Uint8Array> {
  let leftBytes = keepBytes;
  for await (const piece of source) {
    if (leftBytes > 0) yield piece.subarray(0, leftBytes);
    leftBytes -= piece.byteLength;
    if (leftBytes <= 0) throw new DroppedConnection();
  }
}
