import { createHash } from 'node:crypto';
import { S3Error } from '../domain/s3-error.ts';
import { ChunkReader, incompleteBody } from './chunk-reader.ts';
import { type SigningContext, sameSignature, signChunk, signTrailer } from './signature.ts';
import { signatureDoesNotMatch } from './verify-request.ts';

/** What an aws-chunked body must fit. */
export interface ChunkedPlan {
  /** Absent: the chunks carry no signatures. */
  readonly signing?: { readonly context: SigningContext; readonly seedSignature: string };
  /** The names that `x-amz-trailer` announces; absent: no trailer may come. */
  readonly trailerNames?: readonly string[];
  /** `x-amz-decoded-content-length`. */
  readonly decodedBytes: number;
  /** Gets the trailing headers once they are verified. */
  readonly onTrailer: (trailer: ReadonlyMap<string, string>) => void;
}

interface ChunkHead {
  readonly sizeBytes: number;
  readonly signature: string | undefined;
}

const CHUNK_BYTES_MIN = 8192;

/**
 * Decodes an aws-chunked body and verifies every chunk and the trailer [Amazon S3 API: Transferring
 * Payload in Multiple Chunks; Including Trailing Headers]. Bytes are passed on before the
 * signature of their chunk is known: the caller keeps nothing unless the generator ends.
 */
export async function* decodeChunked(
  source: AsyncIterable<Uint8Array>,
  plan: ChunkedPlan,
): AsyncGenerator<Uint8Array> {
  const reader = new ChunkReader(source);
  try {
    yield* decode(reader, plan);
  } finally {
    await reader.release();
  }
}

async function* decode(reader: ChunkReader, plan: ChunkedPlan): AsyncGenerator<Uint8Array> {
  let signature = plan.signing?.seedSignature ?? '';
  let decodedBytes = 0;
  let smallChunk = false;
  for (;;) {
    const head = readHead(await reader.line(), plan);
    if (head.sizeBytes > 0 && smallChunk) throw chunkTooSmall();
    smallChunk = head.sizeBytes < CHUNK_BYTES_MIN;
    decodedBytes += head.sizeBytes;
    if (decodedBytes > plan.decodedBytes) throw incompleteBody();
    signature = yield* passChunk(reader, { head, plan, before: signature });
    if (head.sizeBytes === 0) break;
    if ((await reader.line()) !== '') throw incompleteBody();
  }
  if (decodedBytes !== plan.decodedBytes) throw incompleteBody();
  await readTrailer(reader, plan, signature);
  if (!(await reader.atEnd())) throw incompleteBody();
}

function readHead(line: string, { signing }: ChunkedPlan): ChunkHead {
  const match = /^([0-9a-fA-F]{1,13})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (!match?.[1]) throw incompleteBody();
  if (signing !== undefined && match[2] === undefined) throw signatureDoesNotMatch();
  if (signing === undefined && match[2] !== undefined) throw incompleteBody();
  return { sizeBytes: Number.parseInt(match[1], 16), signature: match[2] };
}

async function* passChunk(
  reader: ChunkReader,
  { head, plan, before }: { head: ChunkHead; plan: ChunkedPlan; before: string },
): AsyncGenerator<Uint8Array, string> {
  if (!plan.signing) {
    yield* reader.bytes(head.sizeBytes);
    return '';
  }
  const hash = createHash('sha256');
  for await (const piece of reader.bytes(head.sizeBytes)) {
    hash.update(piece);
    yield piece;
  }
  const expected = signChunk(plan.signing.context, before, hash.digest('hex'));
  if (!sameSignature(expected, head.signature ?? '')) throw signatureDoesNotMatch();
  return expected;
}

async function readTrailer(reader: ChunkReader, plan: ChunkedPlan, before: string): Promise<void> {
  const trailer = new Map<string, string>();
  for (let line = await reader.line(); line !== ''; line = await reader.line()) {
    const cut = line.indexOf(':');
    if (cut <= 0) throw malformedTrailer();
    trailer.set(line.slice(0, cut).toLowerCase(), line.slice(cut + 1).trim());
  }
  const signature = trailer.get('x-amz-trailer-signature');
  trailer.delete('x-amz-trailer-signature');
  const announced = plan.trailerNames ?? [];
  const came = [...trailer.keys()];
  if (announced.toSorted().join() !== came.toSorted().join()) throw malformedTrailer();
  if (plan.signing && plan.trailerNames) {
    const text = [...trailer].map(([name, value]) => `${name}:${value}\n`).join('');
    const expected = signTrailer(plan.signing.context, before, text);
    if (!sameSignature(expected, signature ?? '')) throw signatureDoesNotMatch();
  } else if (signature !== undefined) throw malformedTrailer();
  plan.onTrailer(trailer);
}

function chunkTooSmall(): S3Error {
  return new S3Error(
    'InvalidChunkSizeError',
    'Only the last chunk is allowed to have a size less than 8192 bytes',
  );
}

function malformedTrailer(): S3Error {
  return new S3Error(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}
