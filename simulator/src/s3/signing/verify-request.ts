import { S3Error } from '../domain/s3-error.ts';
import { canonicalRequest, type SignedParts } from './canonical-request.ts';
import { readHeaderClaim, readQueryClaim, type SignatureClaim, timestampMs } from './claim.ts';
import type { Credential, Credentials } from './credentials.ts';
import { type PayloadMode, readPayloadMode } from './payload-mode.ts';
import { type SigningContext, sameSignature, signingKey, signRequest } from './signature.ts';

/** A request as it came. */
export type IncomingSigned = Pick<SignedParts, 'method' | 'rawPath' | 'rawQuery' | 'headers'> & {
  readonly query: ReadonlyMap<string, string>;
};

/** What a request is verified against. */
export interface Verifier {
  readonly credentials: Credentials;
  readonly region: string;
  readonly nowMs: number;
  /** Default s3. */
  readonly service?: string;
  /** Of a body that is at hand; default: as the request says. */
  readonly payloadHash?: string;
}

/** A request whose signature is good; its body is not verified yet. */
export interface VerifiedRequest {
  readonly credential: Credential;
  readonly payload: PayloadMode;
  readonly context: SigningContext;
  /** What the first chunk's signature is chained to. */
  readonly seedSignature: string;
  readonly presigned: boolean;
}

const SKEW_MS = 15 * 60_000;

/** Verifies the signature of a request, or refuses it in S3's words. */
export function verifyRequest(request: IncomingSigned, verifier: Verifier): VerifiedRequest {
  const claim = readClaim(request);
  const credential = findCredential(claim, verifier);
  checkScope(claim, verifier);
  checkTime(claim, verifier.nowMs);
  checkSignedHeaders(claim, request.headers);
  const payloadHash = verifier.payloadHash ?? readPayloadHash(claim, request);
  const payload = readPayloadMode(payloadHash);
  const context = {
    key: signingKey(credential.secretAccessKey, claim.scope),
    timestamp: claim.timestamp,
    scope: claim.scope,
  };
  const canonical = canonicalRequest({
    ...request,
    signedHeaders: claim.signedHeaders,
    payloadHash,
  });
  if (!sameSignature(signRequest(context, canonical), claim.signature)) {
    throw signatureDoesNotMatch(canonical.toString('latin1'));
  }
  const presigned = claim.by === 'query';
  return { credential, payload, context, seedSignature: claim.signature, presigned };
}

/** The refusal of a wrong signature; the canonical request helps to find the difference. */
export function signatureDoesNotMatch(canonical?: string): S3Error {
  return new S3Error('SignatureDoesNotMatch', {
    message:
      'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    elements: canonical === undefined ? {} : { CanonicalRequest: canonical },
  });
}

function readClaim({ headers, query }: IncomingSigned): SignatureClaim {
  const byHeader = headers.has('authorization');
  const byQuery = query.has('X-Amz-Algorithm') || query.has('X-Amz-Signature');
  if (byHeader && byQuery) {
    throw new S3Error(
      'InvalidArgument',
      'Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter or the Authorization header should be specified',
    );
  }
  if (byHeader) return readHeaderClaim(headers);
  if (byQuery) return readQueryClaim(query);
  throw new S3Error('AccessDenied', 'Access Denied');
}

function findCredential(claim: SignatureClaim, { credentials, nowMs }: Verifier): Credential {
  const credential = credentials.find(claim.accessKeyId);
  if (!credential) {
    throw new S3Error('InvalidAccessKeyId', {
      message: 'The AWS Access Key Id you provided does not exist in our records.',
      elements: { AWSAccessKeyId: claim.accessKeyId },
    });
  }
  if (credential.sessionToken !== claim.sessionToken) {
    throw new S3Error('InvalidToken', 'The provided token is malformed or otherwise invalid.');
  }
  if (nowMs >= (credential.expiresAtMs ?? Number.POSITIVE_INFINITY)) {
    throw new S3Error('ExpiredToken', 'The provided token has expired.');
  }
  return credential;
}

function checkScope(
  { by, scope, timestamp }: SignatureClaim,
  { region, service = 's3' }: Verifier,
): void {
  const code =
    by === 'header' ? 'AuthorizationHeaderMalformed' : 'AuthorizationQueryParametersError';
  if (scope.region !== region) {
    throw new S3Error(code, {
      message: `The authorization is malformed; the region '${scope.region}' is wrong; expecting '${region}'`,
      elements: { Region: region },
    });
  }
  if (scope.service !== service) {
    throw new S3Error(
      code,
      `The authorization is malformed; incorrect service "${scope.service}".`,
    );
  }
  if (scope.day !== timestamp.slice(0, 8)) {
    throw new S3Error(
      code,
      `The authorization is malformed; the date in the credential scope, ${scope.day}, is not that of the request, ${timestamp}.`,
    );
  }
}

function checkTime({ timestamp, expiresSeconds }: SignatureClaim, nowMs: number): void {
  const signedMs = timestampMs(timestamp);
  if (expiresSeconds === undefined) {
    if (Math.abs(nowMs - signedMs) <= SKEW_MS) return;
    throw new S3Error('RequestTimeTooSkewed', {
      message: "The difference between the request time and the server's time is too large.",
      elements: {
        RequestTime: timestamp,
        ServerTime: new Date(nowMs).toISOString(),
        MaxAllowedSkewMilliseconds: SKEW_MS,
      },
    });
  }
  if (signedMs - nowMs > SKEW_MS) {
    throw new S3Error('AccessDenied', 'Request is not yet valid');
  }
  const endMs = signedMs + expiresSeconds * 1000;
  if (nowMs <= endMs) return;
  throw new S3Error('AccessDenied', {
    message: 'Request has expired',
    elements: {
      'X-Amz-Expires': expiresSeconds,
      Expires: new Date(endMs).toISOString(),
      ServerTime: new Date(nowMs).toISOString(),
    },
  });
}

function checkSignedHeaders(
  { signedHeaders }: SignatureClaim,
  headers: ReadonlyMap<string, string>,
): void {
  const signed = new Set(signedHeaders);
  const missing = [...headers.keys()].filter(
    (name) =>
      !signed.has(name) && (name === 'host' || name === 'content-md5' || name.startsWith('x-amz-')),
  );
  if (missing.length === 0) return;
  throw new S3Error('AccessDenied', {
    message: 'There were headers present in the request which were not signed',
    elements: { HeadersNotSigned: missing.join(', ') },
  });
}

function readPayloadHash(claim: SignatureClaim, request: IncomingSigned): string {
  const hash =
    request.headers.get('x-amz-content-sha256') ?? request.query.get('X-Amz-Content-Sha256');
  if (hash !== undefined) return hash;
  if (claim.by === 'query') return 'UNSIGNED-PAYLOAD';
  throw new S3Error(
    'InvalidRequest',
    'Missing required header for this request: x-amz-content-sha256',
  );
}
