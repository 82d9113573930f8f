import type { Compute } from '../ports.ts';
import type { PackFetcher } from './pack-fetcher.ts';
import type { SegmentKeys } from './segment-keys.ts';

/** What it takes to read contents of one object. */
export interface FrameAccess {
  readonly compute: Compute;
  readonly packs: PackFetcher;
  readonly segmentKeys: SegmentKeys;
  /** By any of which contents are named; none: it is lost, and they are not compared with their ids. */
  contentIdSecrets(): Promise<readonly Uint8Array[]>;
}
