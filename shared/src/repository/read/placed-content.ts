import type { ContentAddress } from '../index/address.ts';
import type { SegmentPlace } from '../object/segment-place.ts';

/** A content, and the place of its segment. */
export interface PlacedContent {
  readonly address: ContentAddress;
  readonly place: SegmentPlace;
}

/** As an index names it. */
export interface NamedContent extends PlacedContent {
  /** Hex. */
  readonly contentId: string;
}

/** In the order of packs, and of bytes within a pack. */
export function byPlace(a: PlacedContent, b: PlacedContent): number {
  if (a.place.pack !== b.place.pack) return a.place.pack < b.place.pack ? -1 : 1;
  return startOf(a) - startOf(b) || a.address.offset - b.address.offset;
}

/** Names a frame within its object. */
export function frameId({ address }: PlacedContent): string {
  return `${address.segment}/${address.frame}`;
}

/** Of the sealed frame, in the pack. */
export function startOf({ address, place }: PlacedContent): number {
  return place.offset + address.frameOffset;
}
