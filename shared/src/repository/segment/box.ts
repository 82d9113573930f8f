import { concatBytes } from '../bytes.ts';
import { damaged } from '../damaged.ts';
import type { Compute, Entropy } from '../ports.ts';
import type { SealingKey } from './epoch-keys.ts';
import { openFrame, sealFrame } from './frame.ts';
import type { SegmentKind } from './kinds.ts';
import { deriveSegmentKey, newSegment, type SegmentKey, segmentIdBytes } from './segment-key.ts';

export interface BoxPorts {
  readonly compute: Compute;
  readonly entropy: Entropy;
}

/** A segment of exactly one frame, its id in front. */
export async function sealBox(
  ports: BoxPorts,
  { key, kind }: { readonly key: SealingKey; readonly kind: SegmentKind },
  content: Uint8Array,
): Promise<Uint8Array> {
  const segment = await newSegment(ports, key);
  return sealBoxAs(ports.compute, { segment, kind }, content);
}

export function sealBoxAs(
  compute: Compute,
  { segment, kind }: { readonly segment: SegmentKey; readonly kind: SegmentKind },
  content: Uint8Array,
): Uint8Array {
  const frame = sealFrame(compute, { segment, number: 0, kind }, content);
  return concatBytes([segment.id, frame]);
}

/** E_REPOSITORY_DAMAGED */
export async function openBox(
  compute: Compute,
  { key, kind }: { readonly key: SealingKey; readonly kind: SegmentKind },
  box: Uint8Array,
): Promise<Uint8Array> {
  if (box.length <= segmentIdBytes) throw damaged('a box is shorter than its id');
  const segment = await deriveSegmentKey(compute, key, box.slice(0, segmentIdBytes));
  return openFrame(compute, { segment, number: 0, kind }, box.subarray(segmentIdBytes));
}
