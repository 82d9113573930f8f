/** Keys of segments that several objects may refer to. docs/repository-format.md, "Keys". */

import { equalBytes, fromBase64, fromHex, toBase64 } from '../bytes.ts';
import { damaged, naming } from '../damaged.ts';
import type { Compute, Entropy } from '../ports.ts';
import { deriveSegmentKey, type SegmentKey, segmentIdBytes } from './segment-key.ts';

/** What a row or a footer says of a segment's key; without segmentKey it follows from the object key. */
export interface KeyedSegment {
  /** Hex. */
  readonly id: string;
  /** Base64. */
  readonly segmentKey?: string | undefined;
}

const keyBytes = 32;
const info = 'firn/1 segment key';
/** A wrap key seals one key and no other. */
const nonce = new Uint8Array(12);

/** Under no object's key: each object that is to read the segment has its key wrapped. */
export function newSharedSegment(entropy: Entropy): SegmentKey {
  return { id: entropy.randomBytes(segmentIdBytes), key: entropy.randomBytes(keyBytes) };
}

/**
 * A segment's key for the row of an object. Always the same for one object key and segment.
 * E_REPOSITORY_DAMAGED when it does not open to what was wrapped. @returns base64
 */
export async function wrapSegmentKey(
  compute: Compute,
  objectKey: Uint8Array,
  { id, key }: SegmentKey,
): Promise<string> {
  const wrapKey = await compute.hkdf(objectKey, id, info, keyBytes);
  const wrapped = await compute.seal(wrapKey, nonce, key, id);
  const opened = await compute.open(wrapKey, nonce, wrapped, id);
  if (!equalBytes(opened, key)) throw damaged('a key that was just wrapped opens to another one');
  return toBase64(wrapped);
}

/** The key of a stored segment. E_REPOSITORY_DAMAGED when what is wrapped does not open. */
export async function openSegmentKey(
  compute: Compute,
  objectKey: Uint8Array,
  { id, segmentKey }: KeyedSegment,
): Promise<SegmentKey> {
  if (segmentKey === undefined) return deriveSegmentKey(compute, objectKey, id);
  const segmentId = fromHex(id);
  const wrapKey = await compute.hkdf(objectKey, segmentId, info, keyBytes);
  const opening = () => compute.open(wrapKey, nonce, fromBase64(segmentKey), segmentId);
  const key = await naming(`the key of segment ${id}`, {}, opening);
  if (key.length !== keyBytes) throw damaged(`the key of segment ${id} is none`);
  return { id: segmentId, key };
}
