/** Frames: compressed, sealed, and opened again before anybody may store them. */

import { copyInto } from '../../memory/copy-into.ts';
import { equalBytes, readU32, writeU32 } from '../bytes.ts';
import { damaged } from '../damaged.ts';
import type { FrameCompute, Sealing } from '../ports.ts';
import type { CompressInto } from './compress-worthwhile.ts';
import { type SegmentKind, segmentKinds } from './kinds.ts';
import { type SegmentKey, segmentIdBytes } from './segment-key.ts';

/** Largest content of a frame, by kind of segment. */
export const frameBytesMax = 16 * 1024 * 1024;
/** An encoded frame has at most this many bytes more than its content. */
export const frameHeaderBytes = 5;
const tagBytes = 16;
/** A sealed frame has at most this many bytes more than its content. */
export const frameOverheadBytes = frameHeaderBytes + tagBytes;
export const footerBytesMax = 64 * 1024 * 1024;

/** A smaller content is compressed about as fast as it is sampled. */
const probedBytesMin = 64 * 1024;
const sampleBytes = 4 * 1024;
/** A disk image has both in one content: what shrinks, and what does not. */
const samplesApartBytes = 64 * 1024;
const nonceBytes = 12;

export interface FramePlace {
  readonly segment: SegmentKey;
  readonly number: number;
  readonly kind: SegmentKind;
}

/** Memory for what a frame is on its way, of at least this size. Of one use there is only one at a time. */
export type Scratch = (use: 'plain' | 'opened' | 'content', sizeBytes: number) => Uint8Array;

const fresh: Scratch = (_, sizeBytes) => new Uint8Array(sizeBytes);

export interface SealFrame {
  readonly place: FramePlace;
  readonly content: Uint8Array;
  /** Default: at level 3. */
  readonly compress?: CompressInto | undefined;
  /** Default: fresh memory. */
  readonly scratch?: Scratch;
}

/**
 * Seals content as a frame. E_REPOSITORY_DAMAGED when it does not open to the same bytes.
 * @param target has frameOverheadBytes more than the content
 * @returns how much of it was filled
 */
export function sealFrameInto(
  compute: FrameCompute,
  target: Uint8Array,
  { place, content, compress = atLevel3(compute), scratch = fresh }: SealFrame,
): number {
  const bytesMax = frameHeaderBytes + compute.compressedBytesMax(content.length);
  const encoded = encode(compute, { content, compress, into: scratch('plain', bytesMax) });
  const sealed = target.subarray(0, encoded.length + tagBytes);
  compute.sealInto(sealed, sealingOf(place), encoded);
  const opened = decodeFrame(compute, {
    encoded: openEncoded(compute, { place, sealed, scratch }),
    kind: place.kind,
    scratch,
  });
  assertSame(opened, content);
  return sealed.length;
}

export interface SealEncoded {
  readonly place: FramePlace;
  readonly encoded: Uint8Array;
  readonly scratch: Scratch;
}

/** As sealFrameInto, of what openEncoded gave and decodeFrame could read. */
export function sealEncodedInto(
  compute: FrameCompute,
  target: Uint8Array,
  { place, encoded, scratch }: SealEncoded,
): number {
  const sealed = target.subarray(0, encoded.length + tagBytes);
  compute.sealInto(sealed, sealingOf(place), encoded);
  assertSame(openEncoded(compute, { place, sealed, scratch }), encoded);
  return sealed.length;
}

function assertSame(opened: Uint8Array, sealed: Uint8Array): void {
  if (equalBytes(opened, sealed)) return;
  throw damaged('a frame that was just sealed opens to other bytes');
}

/** Into memory of its own. */
export function sealFrame(
  compute: FrameCompute,
  place: FramePlace,
  content: Uint8Array,
): Uint8Array {
  const target = new Uint8Array(content.length + frameOverheadBytes);
  return target.slice(0, sealFrameInto(compute, target, { place, content }));
}

export interface OpenFrame {
  readonly place: FramePlace;
  readonly sealed: Uint8Array;
  readonly scratch: Scratch;
}

/**
 * E_REPOSITORY_DAMAGED unless exactly this frame was sealed at this place.
 * @returns what was sealed, a header and its content, compressed or not: in the scratch memory
 */
export function openEncoded(
  compute: FrameCompute,
  { place, sealed, scratch }: OpenFrame,
): Uint8Array {
  const length = Math.max(0, sealed.length - tagBytes);
  const encoded = scratch('opened', length).subarray(0, length);
  compute.openInto(encoded, sealingOf(place), sealed);
  return encoded;
}

/** Into memory of its own. */
export function openFrame(
  compute: FrameCompute,
  place: FramePlace,
  sealed: Uint8Array,
): Uint8Array {
  const encoded = openEncoded(compute, { place, sealed, scratch: fresh });
  return decodeFrame(compute, { encoded, kind: place.kind, scratch: fresh });
}

interface Encoding {
  readonly content: Uint8Array;
  readonly compress: CompressInto;
  readonly into: Uint8Array;
}

function atLevel3(compute: FrameCompute): CompressInto {
  return (target, content) => compute.compressInto(target, content, 3);
}

function encode(compute: FrameCompute, { content, compress, into }: Encoding): Uint8Array {
  const body = into.subarray(frameHeaderBytes);
  const isTried = mayShrink(compute, content, body);
  const length = isTried ? compress(body, content) : content.length;
  const isSmaller = length < content.length;
  if (!isSmaller) copyInto(body, 0, content);
  into[0] = isSmaller ? 1 : 0;
  writeU32(into, 1, content.length);
  return into.subarray(0, frameHeaderBytes + Math.min(length, content.length));
}

/** False when none of the samples of a large content saves 3 %: one at its beginning and end, others between. */
function mayShrink(compute: FrameCompute, content: Uint8Array, room: Uint8Array): boolean {
  if (content.length < probedBytesMin) return true;
  const rest = content.length - sampleBytes;
  const steps = Math.max(2, Math.ceil(rest / samplesApartBytes));
  for (let step = 0; step <= steps; step += 1) {
    const at = Math.floor((rest * step) / steps);
    const sample = content.subarray(at, at + sampleBytes);
    if (compute.compressInto(room, sample, 1) < sampleBytes * 0.97) return true;
  }
  return false;
}

export interface DecodeFrame {
  readonly encoded: Uint8Array;
  readonly kind: SegmentKind;
  readonly scratch: Scratch;
}

/**
 * E_REPOSITORY_DAMAGED when it is no encoded frame.
 * @returns its content: in the scratch memory, or a part of what is encoded
 */
export function decodeFrame(
  compute: FrameCompute,
  { encoded, kind, scratch }: DecodeFrame,
): Uint8Array {
  if (encoded.length < frameHeaderBytes) throw damaged('a frame is shorter than its header');
  const length = readU32(encoded, 1);
  const sizeMax = kind === 'footer' ? footerBytesMax : frameBytesMax;
  if (length > sizeMax) throw damaged(`a frame says that it has ${length} bytes`);
  const body = encoded.subarray(frameHeaderBytes);
  const content =
    encoded[0] === 1 ? decompressed(compute, body, scratch('content', length + 1)) : body;
  if (content.length !== length) throw damaged('a frame has another length than it says');
  return content;
}

function decompressed(compute: FrameCompute, body: Uint8Array, room: Uint8Array): Uint8Array {
  return room.subarray(0, compute.decompressInto(room, body));
}

function sealingOf(place: FramePlace): Sealing {
  const { key } = place.segment;
  return { key, nonce: nonceOf(place), associated: associatedOf(place) };
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
