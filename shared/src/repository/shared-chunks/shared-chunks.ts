import type { ContentAddress } from '../index/address.ts';
import type { SegmentPlace } from '../object/segment-place.ts';

/** A content that any object of the repository may refer to, and where it lies. */
export interface SharedChunk {
  readonly contentId: string;
  readonly address: ContentAddress;
  readonly place: SegmentPlace;
}

/** Contents of the repository that objects share, as far as they are known here. */
export interface SharedChunks {
  /** By content id; not in it: not known, or its pack may be collected. */
  find(contentIds: readonly string[]): Promise<ReadonlyMap<string, SharedChunk>>;
  /** Those of a pack that is stored. */
  add(chunks: readonly SharedChunk[]): Promise<void>;
}
