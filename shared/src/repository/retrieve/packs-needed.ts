import type { ItemFilter, PointReader } from '../point/point-reader.ts';

export interface Selection extends ItemFilter {
  readonly objectId: string;
}

export interface NeededPack {
  /** Blob name, `packs/…`. */
  readonly pack: string;
  /** Sealed bytes of it that a restore of the selection reads. */
  readonly neededBytes: number;
  /** Length of the blob; 0 when the repository does not know it (shared hot packs). */
  readonly packBytes: number;
  readonly items: number;
}

/** Exactly the packs that the selection needs; undefined: all objects. Reads no pack. */
export type PacksNeeded = (
  point: PointReader,
  selections?: readonly Selection[],
) => Promise<readonly NeededPack[]>;

/** Where a retrieval puts a pack. */
export function warmName(retrievalId: string, pack: string): string {
  return `warm/${retrievalId}/${pack}`;
}
