import { fromHex } from '../bytes.ts';
import type { Compute, Entropy } from '../ports.ts';
import { keyOfId, newIdBytes, type SealingKey } from './epoch-keys.ts';

export const segmentIdBytes = 16;
export const idPrefixBytes = 8;

/** Seals any number of segments whose ids begin with the prefix, and no others. */
export interface PrefixKey {
  readonly idPrefix: Uint8Array;
  readonly key: Uint8Array;
}

export interface SegmentKey {
  readonly id: Uint8Array;
  readonly key: Uint8Array;
}

export async function derivePrefixKey(
  compute: Compute,
  key: SealingKey,
  idPrefix: Uint8Array,
): Promise<PrefixKey> {
  const whole = keyOfId(key, idPrefix);
  return { idPrefix, key: await compute.hkdf(whole, idPrefix, 'firn/1 segment prefix', 32) };
}

export async function segmentKeyOf(
  compute: Compute,
  prefix: PrefixKey,
  idSuffix: Uint8Array,
): Promise<SegmentKey> {
  const id = new Uint8Array(segmentIdBytes);
  id.set(prefix.idPrefix);
  id.set(idSuffix, idPrefixBytes);
  return { id, key: await compute.hkdf(prefix.key, idSuffix, 'firn/1 segment', 32) };
}

/** The key of a stored segment. @param id hex, or 16 bytes */
export async function deriveSegmentKey(
  compute: Compute,
  key: SealingKey,
  id: string | Uint8Array,
): Promise<SegmentKey> {
  const bytes = typeof id === 'string' ? fromHex(id) : id;
  const prefix = await derivePrefixKey(compute, key, bytes.slice(0, idPrefixBytes));
  return segmentKeyOf(compute, prefix, bytes.slice(idPrefixBytes));
}

/** A new segment under the prefix: the second half of its id is drawn here. */
export function newSegmentUnder(
  ports: { readonly compute: Compute; readonly entropy: Entropy },
  prefix: PrefixKey,
): Promise<SegmentKey> {
  const suffix = ports.entropy.randomBytes(segmentIdBytes - idPrefixBytes);
  return segmentKeyOf(ports.compute, prefix, suffix);
}

export async function newSegment(
  ports: { readonly compute: Compute; readonly entropy: Entropy },
  key: SealingKey,
): Promise<SegmentKey> {
  const id = newIdBytes(ports.entropy, key, segmentIdBytes);
  return deriveSegmentKey(ports.compute, key, id);
}

/** A new prefix: whoever gets its key seals segments under it, and nothing else. */
export function newPrefixKey(
  { compute, entropy }: { readonly compute: Compute; readonly entropy: Entropy },
  key: SealingKey,
): Promise<PrefixKey> {
  return derivePrefixKey(compute, key, newIdBytes(entropy, key, idPrefixBytes));
}
