import type { CatalogItem } from '../catalog/row.ts';
import type { ItemPage, PageRequest } from './point-reader.ts';

type Order = NonNullable<PageRequest['order']>;

/** Position of an item in its folder: what the cursor is made of. */
type Position = readonly [text: string, itemId: string];

/**
 * The next items of a folder in the asked order: keeps the smallest `limit` of
 * what comes after the cursor while all items pass by.
 */
export async function pageOf(
  items: AsyncIterable<CatalogItem>,
  { folderId, cursor, limit, order = 'date' }: PageRequest,
): Promise<ItemPage> {
  const after = cursor === undefined ? undefined : decodeCursor(cursor);
  const compare = comparing(order);
  const kept: CatalogItem[] = [];
  for await (const item of items) {
    if (item.folderId !== folderId) continue;
    if (after !== undefined && compare(positionOf(item, order), after) <= 0) continue;
    insert(kept, item, (a, b) => compare(positionOf(a, order), positionOf(b, order)));
    // One more than asked for tells whether a page follows.
    if (kept.length > limit + 1) kept.pop();
  }
  const page = kept.slice(0, limit);
  const last = page.at(-1);
  const hasNext = kept.length > limit && last !== undefined;
  return { items: page, cursor: hasNext ? encodeCursor(positionOf(last, order)) : undefined };
}

function positionOf(item: CatalogItem, order: Order): Position {
  return [order === 'date' ? item.date : item.name, item.itemId];
}

/** Dates newest first, names in order; then by id. */
function comparing(order: Order): (a: Position, b: Position) => number {
  const sign = order === 'date' ? -1 : 1;
  return (a, b) => sign * compareText(a[0], b[0]) || compareText(a[1], b[1]);
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function insert<T>(sorted: T[], value: T, compare: (a: T, b: T) => number): void {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(sorted[middle] as T, value) < 0) low = middle + 1;
    else high = middle;
  }
  sorted.splice(low, 0, value);
}

function encodeCursor(position: Position): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** A cursor that is none of ours begins at the first page. */
function decodeCursor(cursor: string): Position | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const [text, itemId]: unknown[] = Array.isArray(parsed) ? parsed : [];
    return typeof text === 'string' && typeof itemId === 'string' ? [text, itemId] : undefined;
  } catch {
    return undefined;
  }
}
