/** Frames: compressed, sealed, and opened again before anybody may store them. */
import { concatBytes, discard, equalBytes, readU32, writeU32 } from '../bytes.ts';
import { damaged } from '../damaged.ts';
import type { CompressionLevel, Compute } from '../ports.ts';
import { type SegmentKind, segmentKinds } from './kinds.ts';
import { type SegmentKey, segmentIdBytes } from './segment-key.ts';

/** Largest content of a frame, by kind of segment. */
export const frameBytesMax = 16 * 1024 * 1024;
/** A sealed frame has at most this many bytes more than its content. */
export const frameOverheadBytes = 5 + 16;
export const footerBytesMax = 64 * 1024 * 1024;

const headerBytes = 5;
/** A smaller content is compressed about as fast as it is sampled. */
const probedBytesMin = 64 * 1024;
const sampleBytes = 4 * 1024;
const nonceBytes = 12;

/** What frames need of compute. */
type FrameCompute = Pick<Compute, 'compress' | 'decompress' | 'seal' | 'open'>;

export interface FramePlace {
  readonly segment: SegmentKey;
  readonly number: number;
  readonly kind: SegmentKind;
}

/** Seals content as a frame: memory of its own. E_REPOSITORY_DAMAGED when it does not open to the same bytes. */
export async function sealFrame(
  compute: FrameCompute,
  place: FramePlace,
  content: Uint8Array,
  level: CompressionLevel = 3,
): Promise<Uint8Array> {
  const { key } = place.segment;
  const plain = await encodePlain(compute, content, level);
  const sealed = await compute.seal(key, nonceOf(place), plain, associatedOf(place));
  discard(plain);
  const opened = await openFrame(compute, place, sealed);
  const isSame = equalBytes(opened, content);
  discard(opened);
  if (!isSame) throw damaged('a frame that was just sealed opens to other bytes');
  return sealed;
}

/**
 * E_REPOSITORY_DAMAGED unless exactly this frame was sealed at this place.
 * @returns memory of its own
 */
export async function openFrame(
  compute: FrameCompute,
  place: FramePlace,
  sealed: Uint8Array,
): Promise<Uint8Array> {
  const { key } = place.segment;
  const plain = await compute.open(key, nonceOf(place), sealed, associatedOf(place));
  return decodePlain(compute, plain, place.kind === 'footer' ? footerBytesMax : frameBytesMax);
}

async function encodePlain(
  compute: FrameCompute,
  content: Uint8Array,
  level: CompressionLevel,
): Promise<Uint8Array> {
  const compressed = (await mayShrink(compute, content))
    ? await compute.compress(content, level)
    : content;
  const isSmaller = compressed.length < content.length;
  const header = new Uint8Array(headerBytes);
  header[0] = isSmaller ? 1 : 0;
  writeU32(header, 1, content.length);
  const plain = concatBytes([header, isSmaller ? compressed : content]);
  if (compressed !== content) discard(compressed);
  return plain;
}

/** False when none of a few samples of a large content saves 3 %. */
async function mayShrink(compute: FrameCompute, content: Uint8Array): Promise<boolean> {
  const rest = content.length - sampleBytes;
  if (content.length < probedBytesMin) return true;
  for (const at of [0, Math.floor(rest / 2), rest]) {
    const sample = await compute.compress(content.subarray(at, at + sampleBytes), 1);
    if (sample.length < sampleBytes * 0.97) return true;
  }
  return false;
}

async function decodePlain(
  compute: FrameCompute,
  plain: Uint8Array,
  sizeMax: number,
): Promise<Uint8Array> {
  if (plain.length < headerBytes) throw damaged('a frame is shorter than its header');
  const length = readU32(plain, 1);
  if (length > sizeMax) throw damaged(`a frame says that it has ${length} bytes`);
  const body = plain.subarray(headerBytes);
  const isCompressed = plain[0] === 1;
  const content = isCompressed ? await compute.decompress(body, length) : body;
  if (isCompressed) discard(plain);
  if (content.length !== length) throw damaged('a frame has another length than it says');
  return content;
}

function nonceOf({ number }: FramePlace): Uint8Array {
  const nonce = new Uint8Array(nonceBytes);
  writeU32(nonce, nonceBytes - 4, number);
  return nonce;
}

function associatedOf({ segment, number, kind }: FramePlace): Uint8Array {
  const bytes = new Uint8Array(segmentIdBytes + 5);
  bytes.set(segment.id);
  writeU32(bytes, segmentIdBytes, number);
  bytes[segmentIdBytes + 4] = segmentKinds[kind];
  return bytes;
}
