import type { Compute } from '../ports.ts';
import type { PackFetcher } from './pack-fetcher.ts';
import type { SegmentKeys } from './segment-keys.ts';

/** What it takes to read contents of one object. */
export interface FrameAccess {
  readonly compute: Compute;
  readonly packs: PackFetcher;
  readonly segmentKeys: SegmentKeys;
  /** By which contents are compared with their ids; undefined: it is lost, or not known here. */
  contentIdSecret(): Promise<Uint8Array | undefined>;
}
