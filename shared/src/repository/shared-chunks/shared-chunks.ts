import type { ContentAddress } from '../index/address.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { SegmentKey } from '../segment/segment-key.ts';

/** A content that any object of the repository may refer to, as an object that has it told of it. */
export interface SharedChunk {
  readonly contentId: string;
  readonly address: ContentAddress;
  /** That object's row: the segment's key opens with its key alone. */
  readonly place: SegmentPlace;
}

/** With its segment's key: whoever refers to it wraps that under its own. */
export interface OpenChunk extends SharedChunk {
  readonly key: SegmentKey;
}

/** Contents of the repository that objects share, as far as they are known here. */
export interface SharedChunks {
  /** By content id; not in it: not known, or its pack may be collected, or the object that told of it is gone. */
  find(contentIds: readonly string[]): Promise<ReadonlyMap<string, OpenChunk>>;
  /** Those of a pack that is stored. */
  add(chunks: readonly SharedChunk[]): Promise<void>;
}
