import type { ApiResponse } from './api-message.ts';
import { runBatch } from './batch-order.ts';
import { type BatchPart, readBatch } from './batch-part.ts';
import type { Dispatcher, GraphRequest } from './dispatcher.ts';
import type { GraphCall, GraphRoute } from './graph-call.ts';
import { errorBody } from './graph-error.ts';

/** What a batch says of one of its parts. */
interface PartAnswer {
  readonly id: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/**
 * `POST /$batch` [Microsoft: json-batching]: up to 20 parts, each judged and metered as if it
 * came alone. For one mailbox four run at a time; the answers come in the order of completion.
 */
export function batchRoute(dispatcher: Dispatcher): GraphRoute {
  return {
    method: 'POST',
    pattern: '/$batch',
    permissions: [],
    query: [],
    handle: async (call) => {
      const parts = readBatch(await call.readJson(BATCH_LIMIT_BYTES));
      const answers = await runBatch(parts, {
        laneOf: (part) => dispatcher.laneOf(requestOf(part, call)),
        run: (part) => answerPart(part, call, dispatcher),
        skip: (part) => failedDependency(part, call, dispatcher),
      });
      return { status: 200, json: { responses: answers } };
    },
  };
}

const BATCH_LIMIT_BYTES = 64 * 1024 * 1024;

function requestOf(part: BatchPart, call: GraphCall): GraphRequest {
  const cut = part.url.indexOf('?');
  const resource = cut < 0 ? part.url : part.url.slice(0, cut);
  const query = cut < 0 ? '' : part.url.slice(cut + 1);
  const bytes = part.body;
  return {
    method: part.method,
    version: call.version,
    origin: call.origin,
    resource,
    path: `/${call.version}${resource}`,
    query: new URLSearchParams(query),
    headers: part.headers,
    signal: call.signal,
    batched: true,
    body: {
      bytes: async () => bytes,
      stream: async function* () {
        yield bytes;
      },
    },
  };
}

async function answerPart(
  part: BatchPart,
  call: GraphCall,
  dispatcher: Dispatcher,
): Promise<PartAnswer> {
  const { response, done } = await dispatcher.dispatch(requestOf(part, call), call.caller);
  try {
    return await encodeAnswer(part.id, response);
  } finally {
    done();
  }
}

async function encodeAnswer(id: string, response: ApiResponse): Promise<PartAnswer> {
  const { status, json } = response;
  const { date: _date, ...headers } = response.headers ?? {};
  if (json !== undefined) {
    return { id, status, headers: { 'Content-Type': 'application/json', ...headers }, body: json };
  }
  const pieces: Uint8Array[] = response.bytes ? [response.bytes] : [];
  for await (const piece of response.stream ?? []) pieces.push(piece);
  if (pieces.length === 0) return { id, status, headers };
  return { id, status, headers, body: Buffer.concat(pieces).toString('base64') };
}

function failedDependency(
  part: BatchPart,
  call: GraphCall,
  { parts: { ids, clock, stats } }: Dispatcher,
): PartAnswer {
  const requestId = ids.uuid();
  stats.count(`${part.method} (failed dependency)`, { batched: true, status: 424 });
  const detail = {
    status: 424,
    code: 'FailedDependency',
    message: 'The request was not executed because a request that it depends on failed.',
  };
  const clientRequestId = call.headers.get('client-request-id') ?? requestId;
  const body = errorBody(detail, { requestId, clientRequestId, nowMs: clock.nowMs() });
  return { id: part.id, status: 424, headers: { 'Content-Type': 'application/json' }, body };
}
