import type { IncomingMessage } from 'node:http';
import { AzureError } from '../domain/azure-error.ts';

/** A request before anything of it is believed. */
export interface FrontRequest {
  readonly method: string;
  readonly rawPath: string;
  readonly query: ReadonlyMap<string, string>;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decoded; empty for the account itself. */
  readonly container: string;
  /** Decoded; empty for the container itself. */
  readonly blob: string;
  readonly message: IncomingMessage;
}

/** A message of node:http whose path is `/account/container/blob`. */
export function readFrontRequest(message: IncomingMessage): FrontRequest {
  const url = message.url ?? '/';
  const cut = url.indexOf('?');
  const rawPath = cut < 0 ? url : url.slice(0, cut);
  const [container = '', ...blob] = rawPath.split('/').slice(2).map(decode);
  return {
    method: message.method ?? '',
    rawPath,
    query: readQuery(cut < 0 ? '' : url.slice(cut + 1)),
    headers: readHeaders(message),
    container,
    blob: blob.join('/'),
    message,
  };
}

export function readQuery(rawQuery: string): ReadonlyMap<string, string> {
  const query = new Map<string, string>();
  for (const pair of rawQuery.split('&').filter((one) => one !== '')) {
    const cut = pair.indexOf('=');
    const name = decode(cut < 0 ? pair : pair.slice(0, cut));
    if (query.has(name)) {
      throw new AzureError('InvalidQueryParameterValue', `${name} came twice`);
    }
    query.set(name, cut < 0 ? '' : decode(pair.slice(cut + 1)));
  }
  return query;
}

function readHeaders({ headers }: IncomingMessage): ReadonlyMap<string, string> {
  const known = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value] as const],
  );
  return new Map(known);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new AzureError('InvalidInput', 'One of the request inputs is not valid.');
  }
}
