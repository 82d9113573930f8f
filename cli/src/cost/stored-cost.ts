import { costOfDeleting, costOfKeeping } from '@firn/shared/prices/costs';
import type { PriceTable } from '@firn/shared/prices/price-table';
import type { StoredBlobs } from '@firn/shared/rest/schemas/retention';

/** Blobs of one kind and class, of any age. */
export interface StoredCost {
  readonly kind: StoredBlobs['kind'];
  readonly storageClass: string;
  readonly blobs: number;
  readonly bytes: number;
  readonly perMonth: number;
  /** To delete them now: what is left of their minimum duration. */
  readonly deleteNow: number;
  /** Then deleting the youngest of them costs nothing. */
  readonly freeInDays: number;
}

/** By kind and class, in the order of the rows. @param table has all of their classes */
export function costsOfStored(table: PriceTable, stored: readonly StoredBlobs[]): StoredCost[] {
  const groups = Map.groupBy(stored, ({ kind, storageClass }) => `${kind} ${storageClass}`);
  return [...groups.values()].flatMap((rows) => {
    const [first] = rows;
    return first === undefined ? [] : [costOf(table, first, rows)];
  });
}

function costOf(
  table: PriceTable,
  { kind, storageClass }: StoredBlobs,
  rows: readonly StoredBlobs[],
): StoredCost {
  const blobs = totalOf(rows, (row) => row.blobs);
  const bytes = totalOf(rows, (row) => row.bytes);
  const youngestDays = Math.min(...rows.map(({ ageDays }) => ageDays));
  const minimumDays = table.classes[storageClass]?.minimumDays ?? 0;
  return {
    ...{ kind, storageClass, blobs, bytes },
    perMonth: costOfKeeping(table, storageClass, { blobs, bytes, months: 1 }).total,
    deleteNow: totalOf(rows, (row) => costOfDeleting(table, storageClass, row).total),
    freeInDays: Math.max(0, minimumDays - youngestDays),
  };
}

/** Sum of what is read from each row. */
export function totalOf<Row>(rows: readonly Row[], read: (row: Row) => number): number {
  return rows.reduce((sum, row) => sum + read(row), 0);
}
