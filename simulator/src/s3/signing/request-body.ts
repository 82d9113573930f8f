import { createHash } from 'node:crypto';
import { invalidArgument, S3Error } from '../domain/s3-error.ts';
import { decodeChunked } from './aws-chunked.ts';
import { incompleteBody } from './chunk-reader.ts';
import type { VerifiedRequest } from './verify-request.ts';

/** The body of a request; it is verified while it is read, so nothing of it counts before its end. */
export interface VerifiedBody {
  /** Bytes of the decoded body. */
  readonly sizeBytes: number;
  /** Names that the trailer will have; empty without one. */
  readonly trailerNames: readonly string[];
  /** The trailing headers; known when the stream has ended. */
  readonly trailer: ReadonlyMap<string, string>;
  stream(): AsyncIterable<Uint8Array>;
}

/** Binds a raw body to what its request says about it. */
export function verifiedBody(
  raw: () => AsyncIterable<Uint8Array>,
  headers: ReadonlyMap<string, string>,
  verified: VerifiedRequest,
): VerifiedBody {
  return verified.payload.kind === 'chunks'
    ? chunkedBody(raw, headers, verified)
    : plainBody(raw, headers, verified);
}

function plainBody(
  raw: () => AsyncIterable<Uint8Array>,
  headers: ReadonlyMap<string, string>,
  { payload }: VerifiedRequest,
): VerifiedBody {
  if (headers.has('x-amz-trailer')) {
    throw invalidArgument('A trailer needs a streaming payload.', 'x-amz-trailer', '');
  }
  const sizeBytes = contentLength(headers);
  const expected = payload.kind === 'hash' ? payload.sha256 : undefined;
  return {
    sizeBytes,
    trailerNames: [],
    trailer: new Map(),
    stream: () => checkedPlain(raw(), sizeBytes, expected),
  };
}

async function* checkedPlain(
  source: AsyncIterable<Uint8Array>,
  sizeBytes: number,
  expected: string | undefined,
): AsyncGenerator<Uint8Array> {
  const hash = expected === undefined ? undefined : createHash('sha256');
  let readBytes = 0;
  for await (const piece of source) {
    readBytes += piece.byteLength;
    hash?.update(piece);
    yield piece;
  }
  if (readBytes !== sizeBytes) throw incompleteBody();
  const computed = hash?.digest('hex');
  if (computed === expected) return;
  throw new S3Error('XAmzContentSHA256Mismatch', {
    message: "The provided 'x-amz-content-sha256' header does not match what was computed.",
    elements: {
      ClientComputedContentSHA256: expected ?? '',
      S3ComputedContentSHA256: computed ?? '',
    },
  });
}

function chunkedBody(
  raw: () => AsyncIterable<Uint8Array>,
  headers: ReadonlyMap<string, string>,
  { payload, context, seedSignature }: VerifiedRequest,
): VerifiedBody {
  const sizeBytes = wholeNumber(headers.get('x-amz-decoded-content-length'));
  const withTrailer = payload.kind === 'chunks' && payload.trailer;
  const signed = payload.kind === 'chunks' && payload.signed;
  const announced = readTrailerNames(headers.get('x-amz-trailer'), withTrailer);
  const trailer = new Map<string, string>();
  return {
    sizeBytes,
    trailerNames: announced ?? [],
    trailer,
    stream: () =>
      decodeChunked(raw(), {
        decodedBytes: sizeBytes,
        ...(signed ? { signing: { context, seedSignature } } : {}),
        ...(announced ? { trailerNames: announced } : {}),
        onTrailer: (came) => {
          for (const [name, value] of came) trailer.set(name, value);
        },
      }),
  };
}

function readTrailerNames(
  text: string | undefined,
  withTrailer: boolean,
): readonly string[] | undefined {
  if ((text !== undefined) !== withTrailer) {
    throw new S3Error(
      'InvalidRequest',
      'The x-amz-trailer header and a -TRAILER payload must come together',
    );
  }
  return text?.split(',').map((name) => name.trim().toLowerCase());
}

function contentLength(headers: ReadonlyMap<string, string>): number {
  const given = headers.get('content-length');
  if (given !== undefined) return wholeNumber(given);
  if (headers.has('transfer-encoding')) return wholeNumber(undefined);
  return 0;
}

function wholeNumber(text: string | undefined): number {
  if (text !== undefined && /^\d{1,15}$/.test(text)) return Number(text);
  throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
}
