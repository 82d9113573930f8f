import { costOfKeeping, costOfWriting, estimateThaw } from '@firn/shared/prices/costs';
import type { PriceTable } from '@firn/shared/prices/price-table';

const mib = 2 ** 20;

export interface PackedBytes {
  readonly bytes: number;
  readonly packSizeMib: number;
  readonly months: number;
  readonly nowMs: number;
}

/** What content costs in full packs of one size. */
export interface PackCost {
  readonly packSizeMib: number;
  readonly packs: number;
  readonly write: number;
  /** For all of the months. */
  readonly keep: number;
  /** All of it for a day, at standard speed; absent: nothing has to thaw. */
  readonly thaw?: number;
}

/** @param storageClass one that the table has */
export function costInPacks(
  table: PriceTable,
  storageClass: string,
  packed: PackedBytes,
): PackCost {
  const { bytes, packSizeMib, months, nowMs } = packed;
  const kept = { blobs: packsOf(bytes, packSizeMib), bytes };
  const thaw = estimateThaw(table, storageClass, { ...kept, speed: 'standard', days: 1, nowMs });
  return {
    packSizeMib,
    packs: kept.blobs,
    write: costOfWriting(table, storageClass, kept).total,
    keep: costOfKeeping(table, storageClass, { ...kept, months }).total,
    ...(thaw && { thaw: thaw.cost.total }),
  };
}

/** Full ones, and one that is not. */
export function packsOf(bytes: number, packSizeMib: number): number {
  return Math.ceil(bytes / (packSizeMib * mib));
}
