import { toHex } from '../bytes.ts';
import { damaged, isDamage } from '../damaged.ts';
import type { OpenContext } from '../open-context.ts';
import type { PackContent, PackFooter, PackSegment } from '../pack/pack-layout.ts';
import type { BlobStore } from '../ports.ts';
import { deriveSegmentKey, type SegmentKey, segmentIdBytes } from '../segment/segment-key.ts';
import type { SharedSegmentKeys } from './shared-segment-keys.ts';

/** A frame, and what the footer says of it. */
export interface PackFrame {
  readonly segment: PackSegment;
  readonly key: SegmentKey;
  readonly number: number;
  /** In the pack. */
  readonly offset: number;
  readonly length: number;
  readonly contents: readonly PackContent[];
}

/** A frame that does not open, or does not hold what it should. */
export interface BadFrame {
  readonly segment: PackSegment;
  /** Undefined: all of them. */
  readonly frame: number | undefined;
  readonly message: string;
}

/** A pack whose frames are asked for. */
export interface PackReading {
  readonly context: OpenContext;
  /** Of the pack, or its bytes alone. */
  readonly store: Pick<BlobStore, 'get' | 'readInto'>;
  readonly pack: string;
  readonly sharedKeys: Pick<SharedSegmentKeys, 'find'>;
}

/**
 * All frames in their order. A segment that has no key is bad as a whole; unless it was erased,
 * or is one that objects shared and of which nobody knows any more.
 */
export async function* framesOf(
  options: PackReading,
  footer: PackFooter,
): AsyncGenerator<PackFrame | BadFrame> {
  const contents = contentsByFrame(footer);
  for (const [at, segment] of footer.segments.entries()) {
    const key = await segmentKey(options, segment).catch(messageOf);
    if (key === undefined) continue;
    if (typeof key === 'string') {
      if (isErased(options.context, segment)) continue;
      yield { segment, frame: undefined, message: key };
      continue;
    }
    let offset = startOf(segment);
    for (const [number, length] of segment.frames.entries()) {
      const found = contents.get(at)?.get(number) ?? [];
      yield { segment, key, number, offset, length, contents: found };
      offset += length;
    }
  }
}

/** Its key was destroyed: that it does not open is as it should be. */
function isErased({ log }: OpenContext, { objectId, keyId }: PackSegment): boolean {
  return keyId !== '' && log.state.erased.has(objectId);
}

function startOf({ kind, offset }: PackSegment): number {
  return offset + (kind === 'data' ? 0 : segmentIdBytes);
}

/** Undefined: no object has it that could be read. Who lost the key is told by its rows. */
async function segmentKey(
  { context, store, pack, sharedKeys }: PackReading,
  segment: PackSegment,
): Promise<SegmentKey | undefined> {
  const { keys, ports } = context;
  if (segment.segmentKey !== undefined) return (await sharedKeys.find(pack, segment))?.key;
  if (segment.kind !== 'data') {
    const { bytes } = await store.get(pack, {
      offset: segment.offset,
      length: segmentIdBytes,
    });
    if (toHex(bytes) !== segment.id) throw damaged('a segment does not begin with its id');
  }
  const key = segment.keyId === '' ? keys.derived.meta : await keys.objectKey(segment.keyId);
  return deriveSegmentKey(ports.compute, key, segment.id);
}

type FrameContents = ReadonlyMap<number, readonly PackContent[]>;

function contentsByFrame(footer: PackFooter): ReadonlyMap<number, FrameContents> {
  const bySegment = new Map<number, Map<number, PackContent[]>>();
  for (const content of footer.contents) {
    const frames = bySegment.get(content.segment) ?? new Map<number, PackContent[]>();
    const contents = frames.get(content.frame) ?? [];
    contents.push(content);
    bySegment.set(content.segment, frames.set(content.frame, contents));
  }
  return bySegment;
}

function messageOf(error: unknown): string {
  if (isDamage(error)) return error.message;
  throw error;
}
