import { createHash, createHmac } from 'node:crypto';
import type { S3Credentials } from './s3-connection.ts';

export interface SignedPost {
  readonly host: string;
  readonly body: string;
  readonly contentType: string;
  readonly region: string;
  readonly service: string;
  readonly atMs: number;
  readonly credentials: S3Credentials;
}

const algorithm = 'AWS4-HMAC-SHA256';

/** Headers of a POST to `/`, by Signature Version 4. [AWS: create-signed-request] */
export function signPost(post: SignedPost): Readonly<Record<string, string>> {
  const { host, body, contentType, region, service, credentials } = post;
  const time = new Date(post.atMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const headers: Record<string, string> = {
    'content-type': contentType,
    host,
    'x-amz-date': time,
    ...(credentials.sessionToken && { 'x-amz-security-token': credentials.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const listed = names.map((name) => `${name}:${headers[name]}\n`).join('');
  const canonical = ['POST', '/', '', listed, names.join(';'), sha256(body)].join('\n');
  const scope = [time.slice(0, 8), region, service, 'aws4_request'];
  const text = [algorithm, time, scope.join('/'), sha256(canonical)].join('\n');
  const key = scope.reduce<Uint8Array>(hmac, Buffer.from(`AWS4${credentials.secretAccessKey}`));
  const signature = Buffer.from(hmac(key, text)).toString('hex');
  const credential = `${credentials.accessKeyId}/${scope.join('/')}`;
  const authorization = `${algorithm} Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`;
  return { ...headers, authorization };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: Uint8Array, text: string): Uint8Array {
  return createHmac('sha256', key).update(text).digest();
}
