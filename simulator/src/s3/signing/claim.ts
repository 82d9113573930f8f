import { S3Error, type S3ErrorCode } from '../domain/s3-error.ts';
import type { CredentialScope } from './signature.ts';

/** What a client says about its signature; nothing of it is verified yet. */
export interface SignatureClaim {
  readonly by: 'header' | 'query';
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  readonly timestamp: string;
  /** Presigned requests only. */
  readonly expiresSeconds?: number;
  readonly sessionToken?: string;
}

const EXPIRES_SECONDS_MAX = 604_800;

/** Reads the Authorization header. */
export function readHeaderClaim(headers: ReadonlyMap<string, string>): SignatureClaim {
  const code = 'AuthorizationHeaderMalformed';
  const authorization = headers.get('authorization') ?? '';
  if (!authorization.startsWith('AWS4-HMAC-SHA256')) {
    throw new S3Error(
      'InvalidRequest',
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  const fields = new Map(
    authorization
      .slice('AWS4-HMAC-SHA256'.length)
      .split(',')
      .map((field) => field.trim().split('=', 2) as [string, string]),
  );
  const sessionToken = headers.get('x-amz-security-token');
  return {
    by: 'header',
    ...readCredential(required(fields, 'Credential', code), code),
    signedHeaders: readSignedHeaders(required(fields, 'SignedHeaders', code), code),
    signature: readSignature(required(fields, 'Signature', code), code),
    timestamp: readTimestamp(headers),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

/** Reads the parameters of a presigned request. */
export function readQueryClaim(query: ReadonlyMap<string, string>): SignatureClaim {
  const code = 'AuthorizationQueryParametersError';
  if (required(query, 'X-Amz-Algorithm', code) !== 'AWS4-HMAC-SHA256') {
    throw new S3Error(code, 'X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  }
  const timestamp = required(query, 'X-Amz-Date', code);
  if (!/^\d{8}T\d{6}Z$/.test(timestamp)) {
    throw new S3Error(
      code,
      "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
    );
  }
  const sessionToken = query.get('X-Amz-Security-Token');
  return {
    by: 'query',
    ...readCredential(required(query, 'X-Amz-Credential', code), code),
    signedHeaders: readSignedHeaders(required(query, 'X-Amz-SignedHeaders', code), code),
    signature: readSignature(required(query, 'X-Amz-Signature', code), code),
    timestamp,
    expiresSeconds: readExpires(required(query, 'X-Amz-Expires', code)),
    ...(sessionToken === undefined ? {} : { sessionToken }),
  };
}

/** Milliseconds since 1970 of `20130524T000000Z`. */
export function timestampMs(timestamp: string): number {
  return Date.parse(
    timestamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  );
}

function required(fields: ReadonlyMap<string, string>, name: string, code: S3ErrorCode): string {
  const value = fields.get(name);
  if (value) return value;
  throw new S3Error(code, `The authorization is malformed; ${name} is missing or empty.`);
}

function readCredential(
  text: string,
  code: S3ErrorCode,
): Pick<SignatureClaim, 'accessKeyId' | 'scope'> {
  const [terminator, service, region, day, ...key] = text.split('/').toReversed();
  if (terminator !== 'aws4_request' || !service || !region || !day || key.length === 0) {
    throw new S3Error(
      code,
      'The authorization is malformed; the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
    );
  }
  return { accessKeyId: key.toReversed().join('/'), scope: { day, region, service } };
}

function readSignedHeaders(text: string, code: S3ErrorCode): readonly string[] {
  const names = text.split(';');
  const sorted = names.toSorted();
  if (names.some((name, i) => name !== name.toLowerCase() || name !== sorted[i])) {
    throw new S3Error(code, 'SignedHeaders must be in lower case and sorted.');
  }
  return names;
}

function readSignature(text: string, code: S3ErrorCode): string {
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new S3Error(code, 'The Signature must be 64 lower-case hexadecimal digits.');
}

function readTimestamp(headers: ReadonlyMap<string, string>): string {
  const given = headers.get('x-amz-date');
  if (given !== undefined && /^\d{8}T\d{6}Z$/.test(given)) return given;
  const dateMs = given === undefined ? Date.parse(headers.get('date') ?? '') : Number.NaN;
  if (Number.isNaN(dateMs)) {
    throw new S3Error(
      'AccessDenied',
      'AWS authentication requires a valid Date or x-amz-date header',
    );
  }
  return new Date(dateMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function readExpires(text: string): number {
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= 1 && seconds <= EXPIRES_SECONDS_MAX) return seconds;
  throw new S3Error(
    'AuthorizationQueryParametersError',
    'X-Amz-Expires must be a whole number of seconds from 1 to 604800',
  );
}
