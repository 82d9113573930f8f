import type { SharedChunk } from './shared-chunks.ts';

/** How far an index is known to agree with the log. */
export interface IndexMark {
  /** Of the owner that used it last: others may have stored what it lacks. */
  readonly epoch: number;
  /** Everything that was condemned up to this entry has been taken out. */
  readonly reconciledTo: number;
}

/**
 * Where contents lie that objects of one repository share: kept beside the
 * repository, and never needed for correctness. It MAY forget anything at any
 * time; it MUST NOT answer anything but what was added for that content id and
 * not forgotten since. It does not fail: what cannot be read is not known.
 */
export interface SharedChunkIndex {
  /** By content id; those that are not known are not in it. */
  find(contentIds: readonly string[]): Promise<ReadonlyMap<string, SharedChunk>>;
  /** A content that is known already moves. */
  add(chunks: readonly SharedChunk[]): Promise<void>;
  /** Takes out all contents in these packs: condemned, lost or damaged ones. */
  forgetPacks(packs: Iterable<string>): Promise<void>;
  /** Undefined: nothing is known of what it holds, most likely nothing at all. */
  mark(): Promise<IndexMark | undefined>;
  setMark(mark: IndexMark): Promise<void>;
  /** Contents and mark. */
  clear(): Promise<void>;
}
