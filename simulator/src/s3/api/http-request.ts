import type { IncomingMessage, ServerResponse } from 'node:http';
import { invalidArgument } from '../domain/s3-error.ts';
import { parseQuery } from '../signing/canonical-request.ts';

/** A request before anything of it is believed. */
export interface HttpRequest {
  readonly method: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly signal: AbortSignal;
  /** The body; the first read lets a client go on that waits for `100 Continue`. */
  body(): AsyncIterable<Uint8Array>;
  /** Reads what is left over, so that the connection can carry an answer and further requests. */
  drain(): void;
}

/** Binds a message of node:http. */
export function readHttpRequest(
  request: IncomingMessage,
  response: ServerResponse,
  expectsContinue: boolean,
): HttpRequest {
  const url = request.url ?? '/';
  const cut = url.indexOf('?');
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  let waiting = expectsContinue;
  return {
    method: request.method ?? '',
    rawPath: cut < 0 ? url : url.slice(0, cut),
    rawQuery: cut < 0 ? '' : url.slice(cut + 1),
    headers: readHeaders(request.rawHeaders),
    signal: gone.signal,
    body: () => {
      if (waiting) response.writeContinue();
      waiting = false;
      return request.iterator({ destroyOnReturn: false });
    },
    drain: () => {
      // a client that still waits sends nothing: its connection cannot be used again
      if (waiting) response.setHeader('connection', 'close');
      else request.resume();
    },
  };
}

/** A query as a map; S3 has no parameter that may come twice. */
export function queryMap(rawQuery: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const [name, value] of parseQuery(rawQuery)) {
    if (query.has(name)) throw invalidArgument('The parameter came twice.', name, value);
    query.set(name, value);
  }
  return query;
}

function readHeaders(raw: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i < raw.length; i += 2) {
    const name = (raw[i] ?? '').toLowerCase();
    const before = headers.get(name);
    const value = raw[i + 1] ?? '';
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}
