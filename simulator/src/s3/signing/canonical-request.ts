import { createHash } from 'node:crypto';
import { S3Error } from '../domain/s3-error.ts';

/** What of a request is signed. */
export interface SignedParts {
  readonly method: string;
  /** As it came, still percent-encoded. */
  readonly rawPath: string;
  /** As it came, without the question mark. */
  readonly rawQuery: string;
  /** Names in lower case; values of repeated headers joined by a comma, bytes as Latin-1. */
  readonly headers: ReadonlyMap<string, string>;
  /** In the order in which the client named them. */
  readonly signedHeaders: readonly string[];
  readonly payloadHash: string;
}

/**
 * The canonical request [Amazon S3 API: Authenticating Requests (AWS Signature Version 4)]. The
 * path is encoded once and not normalized, unlike in other services of AWS.
 */
export function canonicalRequest(parts: SignedParts): Buffer {
  const headers = parts.signedHeaders.map(
    (name) => `${name}:${collapse(parts.headers.get(name) ?? '')}\n`,
  );
  return Buffer.from(
    [
      parts.method,
      encodeUri(decodeOnce(parts.rawPath), true),
      canonicalQuery(parts.rawQuery),
      headers.join(''),
      parts.signedHeaders.join(';'),
      parts.payloadHash,
    ].join('\n'),
    'latin1',
  );
}

/** Percent-encodes all but the unreserved characters of RFC 3986; a slash on demand. */
export function encodeUri(text: string, keepSlash = false): string {
  const encoded = encodeURIComponent(text).replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return keepSlash ? encoded.replaceAll('%2F', '/') : encoded;
}

/** Decodes percent-encoding; bytes that are not UTF-8 are refused. */
export function decodeOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
  }
}

/** The parameters of a query in their order; a plus is a space. */
export function parseQuery(rawQuery: string): readonly (readonly [string, string])[] {
  if (rawQuery === '') return [];
  return rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair) => {
      const cut = pair.indexOf('=');
      const [name, value] = cut < 0 ? [pair, ''] : [pair.slice(0, cut), pair.slice(cut + 1)];
      return [decodeQuery(name), decodeQuery(value)] as const;
    });
}

export function sha256Hex(bytes: string | Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function canonicalQuery(rawQuery: string): string {
  return parseQuery(rawQuery)
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encodeUri(name), encodeUri(value)] as const)
    .toSorted((a, b) => order(a[0], b[0]) || order(a[1], b[1]))
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function decodeQuery(text: string): string {
  return decodeOnce(text.replaceAll('+', ' '));
}

function collapse(value: string): string {
  return value.trim().replace(/\s+/g, ' ');
}
