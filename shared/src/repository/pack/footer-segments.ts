import type { ContentAddress } from '../index/address.ts';
import type { PackFooter, PackSegment } from './pack-layout.ts';

/** A segment of a pack, and where contents lie in it. */
export interface FooterSegment {
  readonly identity: PackSegment;
  /** Sealed bytes of its frames. */
  readonly length: number;
  readonly contents: readonly (readonly [contentId: string, address: ContentAddress])[];
}

/** What a footer says of the segments that are asked for, in their order. */
export function footerSegments(
  { segments, contents }: PackFooter,
  isWanted: (segment: PackSegment) => boolean,
): FooterSegment[] {
  const wanted = new Map<number, OpenSegment>();
  for (const [at, identity] of segments.entries()) {
    if (isWanted(identity)) wanted.set(at, openSegment(identity));
  }
  for (const { contentId, segment: at, frame, offset, length } of contents) {
    const segment = wanted.get(at);
    if (segment === undefined) continue;
    const { identity, frameOffsets } = segment;
    const frameOffset = frameOffsets[frame] ?? 0;
    const inFrame = {
      frame,
      frameOffset,
      frameLength: identity.frames[frame] ?? 0,
      offset,
      length,
    };
    segment.contents.push([contentId, { segment: identity.id, ...inFrame }]);
  }
  return [...wanted.values()].map(({ identity, length, contents: found }) => {
    return { identity, length, contents: found };
  });
}

interface OpenSegment extends FooterSegment {
  readonly frameOffsets: readonly number[];
  readonly contents: [string, ContentAddress][];
}

function openSegment(identity: PackSegment): OpenSegment {
  let length = 0;
  const frameOffsets = identity.frames.map((frame) => {
    length += frame;
    return length - frame;
  });
  return { identity, length, frameOffsets, contents: [] };
}
