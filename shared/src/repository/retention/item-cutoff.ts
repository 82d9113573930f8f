import type { CatalogItem } from '../catalog/row.ts';
import type { LogState } from '../log/state.ts';

/**
 * The log's setting that holds a job's item-level cut-off: ms since the epoch, or
 * null. Renewed by each run of retention, so that all readers of one log agree.
 */
export function itemsSinceSetting(jobId: string): string {
  return `items-since/${jobId}`;
}

/** Items of the job that are older are not shown; undefined: all are. */
export function itemsSinceOf({ settings }: LogState, jobId: string): number | undefined {
  const since = settings.get(itemsSinceSetting(jobId));
  return typeof since === 'number' ? since : undefined;
}

/** By the item's own date. An item whose date cannot be read is kept. */
export function isItemKept(
  { date }: Pick<CatalogItem, 'date'>,
  sinceMs: number | undefined,
): boolean {
  return sinceMs === undefined || !(Date.parse(date) < sinceMs);
}

/** @param items as they are stored */
export async function* keptItems(
  items: AsyncIterable<CatalogItem>,
  sinceMs: number | undefined,
): AsyncGenerator<CatalogItem> {
  for await (const item of items) if (isItemKept(item, sinceMs)) yield item;
}
