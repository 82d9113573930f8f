import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { RunningS3 } from '../../src/s3/main.ts';
import { canonicalRequest, sha256Hex } from '../../src/s3/signing/canonical-request.ts';
import { type SigningContext, signingKey, signRequest } from '../../src/s3/signing/signature.ts';

/** A request to be signed and sent as it is: what SDKs do not let a test say. */
export interface RawRequest {
  readonly method: string;
  /** Encoded, with the bucket. */
  readonly path: string;
  readonly query?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent: the SHA-256 of the body. */
  readonly payloadHash?: string;
  readonly body?: string;
  readonly host?: string;
  /** Signs the URL instead of a header. */
  readonly expiresSeconds?: number;
}

export interface RawReply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The error's code, or empty. */
  readonly code: string;
}

/** A request with its signature, ready for node:http. */
export interface SignedRaw {
  readonly method: string;
  readonly port: string;
  readonly path: string;
  readonly headers: Record<string, string>;
}

type Ready = RunningS3['ready'];

/** Signs a request for the running server. */
export function signRaw(ready: Ready, raw: RawRequest): SignedRaw {
  const { port, host } = new URL(ready.url);
  const timestamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = { day: timestamp.slice(0, 8), region: ready.region, service: 's3' };
  const context = { key: signingKey(ready.secretAccessKey, scope), timestamp, scope };
  const credential = `${ready.accessKeyId}/${scope.day}/${scope.region}/s3/aws4_request`;
  const headers: Record<string, string> = { host: raw.host ?? host, ...raw.headers };
  return raw.expiresSeconds === undefined
    ? signHeader(raw, { context, credential, headers, port })
    : signQuery(raw, { context, credential, headers, port });
}

interface Signing {
  readonly context: SigningContext;
  readonly credential: string;
  readonly headers: Record<string, string>;
  readonly port: string;
}

function signHeader(raw: RawRequest, { context, credential, headers, port }: Signing): SignedRaw {
  const payloadHash = raw.payloadHash ?? sha256Hex(raw.body ?? '');
  headers['x-amz-content-sha256'] = payloadHash;
  headers['x-amz-date'] = context.timestamp;
  const names = Object.keys(headers).toSorted();
  const canonical = canonicalRequest({
    method: raw.method,
    rawPath: raw.path,
    rawQuery: raw.query ?? '',
    headers: new Map(Object.entries(headers)),
    signedHeaders: names,
    payloadHash,
  });
  const signature = signRequest(context, canonical);
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  const path = raw.query === undefined ? raw.path : `${raw.path}?${raw.query}`;
  return { method: raw.method, port, path, headers };
}

function signQuery(raw: RawRequest, { context, credential, headers, port }: Signing): SignedRaw {
  const names = Object.keys(headers).toSorted();
  const query = [
    ...(raw.query === undefined ? [] : [raw.query]),
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${encodeURIComponent(credential)}`,
    `X-Amz-Date=${context.timestamp}`,
    `X-Amz-Expires=${raw.expiresSeconds}`,
    `X-Amz-SignedHeaders=${encodeURIComponent(names.join(';'))}`,
  ].join('&');
  const canonical = canonicalRequest({
    method: raw.method,
    rawPath: raw.path,
    rawQuery: query,
    headers: new Map(Object.entries(headers)),
    signedHeaders: names,
    payloadHash: 'UNSIGNED-PAYLOAD',
  });
  const signature = signRequest(context, canonical);
  const path = `${raw.path}?${query}&X-Amz-Signature=${signature}`;
  return { method: raw.method, port, path, headers };
}

/** Signs and sends a request, and reads the whole answer. */
export function sendRaw(ready: Ready, raw: RawRequest): Promise<RawReply> {
  return exchange(signRaw(ready, raw), (request) => request.end(raw.body));
}

/** Sends a signed request; `write` sends the body and ends it. */
export function exchange(
  signed: SignedRaw,
  write: (request: ReturnType<typeof httpRequest>) => void,
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ ...signed, hostname: '127.0.0.1' }, (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.on('error', reject);
      response.on('end', () => {
        const body = Buffer.concat(pieces).toString('utf8');
        const code = /<Code>([^<]*)<\/Code>/.exec(body)?.[1] ?? '';
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body, code });
      });
    });
    request.on('error', reject);
    write(request);
  });
}
