import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256Hex } from './canonical-request.ts';

/** What a signature is bound to besides the request: `20130524/us-east-1/s3/aws4_request`. */
export interface CredentialScope {
  /** YYYYMMDD. */
  readonly day: string;
  readonly region: string;
  readonly service: string;
}

/** A key and the moment that the signatures of one request are made with. */
export interface SigningContext {
  readonly key: Buffer;
  /** `20130524T000000Z`. */
  readonly timestamp: string;
  readonly scope: CredentialScope;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const EMPTY_HASH = sha256Hex('');

export function signingKey(secret: string, { day, region, service }: CredentialScope): Buffer {
  return [day, region, service, 'aws4_request'].reduce<Buffer>(
    (key, part) => hmac(key, part),
    Buffer.from(`AWS4${secret}`, 'utf8'),
  );
}

/** The signature of a whole request. */
export function signRequest(context: SigningContext, canonical: Uint8Array): string {
  return sign(context, [ALGORITHM, ...moment(context), sha256Hex(canonical)]);
}

/** The signature of a chunk, chained to the one before it. */
export function signChunk(context: SigningContext, before: string, chunkHash: string): string {
  return sign(context, [`${ALGORITHM}-PAYLOAD`, ...moment(context), before, EMPTY_HASH, chunkHash]);
}

/** The signature of the trailing headers, chained to that of the last chunk. */
export function signTrailer(context: SigningContext, before: string, trailer: string): string {
  return sign(context, [`${ALGORITHM}-TRAILER`, ...moment(context), before, sha256Hex(trailer)]);
}

/** Compares in constant time. */
export function sameSignature(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1')];
  return one.byteLength === other.byteLength && timingSafeEqual(one, other);
}

export function scopeText({ day, region, service }: CredentialScope): string {
  return `${day}/${region}/${service}/aws4_request`;
}

function moment({ timestamp, scope }: SigningContext): readonly [string, string] {
  return [timestamp, scopeText(scope)];
}

function sign({ key }: SigningContext, lines: readonly string[]): string {
  return hmac(key, lines.join('\n')).toString('hex');
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
