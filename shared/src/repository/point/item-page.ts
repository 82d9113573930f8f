import type { CatalogItem } from '../catalog/row.ts';
import type { PageRequest } from './point-reader.ts';

type Order = NonNullable<PageRequest['order']>;

/** What of an item decides on which page it is. */
export type ItemHead = Pick<CatalogItem, 'itemId' | 'folderId' | 'date' | 'name'>;

/** Position of an item in its folder: what the cursor is made of. */
type Position = readonly [text: string, itemId: string];

export interface HeadPage<Head> {
  readonly items: readonly Head[];
  /** Undefined: this was the last page. */
  readonly cursor: string | undefined;
}

/**
 * The next items of a folder in the asked order: keeps the smallest `limit` of
 * what comes after the cursor while all items pass by, in any order.
 */
export class ItemPageBuilder<Head extends ItemHead> {
  readonly #folderId: string;
  readonly #limit: number;
  readonly #order: Order;
  readonly #after: Position | undefined;
  readonly #compare: (a: Position, b: Position) => number;
  readonly #kept: Head[] = [];

  constructor({ folderId, cursor, limit, order = 'date' }: PageRequest) {
    this.#folderId = folderId;
    this.#limit = limit;
    this.#order = order;
    this.#after = cursor === undefined ? undefined : decodeCursor(cursor);
    this.#compare = comparing(order);
  }

  add(item: Head): void {
    if (item.folderId !== this.#folderId) return;
    const position = this.#positionOf(item);
    if (this.#after !== undefined && this.#compare(position, this.#after) <= 0) return;
    this.#kept.splice(this.#indexOf(position), 0, item);
    // One more than asked for tells whether a page follows.
    if (this.#kept.length > this.#limit + 1) this.#kept.pop();
  }

  /** Once all items were added. */
  end(): HeadPage<Head> {
    const items = this.#kept.slice(0, this.#limit);
    const last = items.at(-1);
    const hasNext = this.#kept.length > this.#limit && last !== undefined;
    return { items, cursor: hasNext ? encodeCursor(this.#positionOf(last)) : undefined };
  }

  #positionOf(item: Head): Position {
    return [this.#order === 'date' ? item.date : item.name, item.itemId];
  }

  /** Where the position belongs among those that are kept. */
  #indexOf(position: Position): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const isBefore = this.#compare(this.#positionOf(this.#kept[middle] as Head), position) < 0;
      if (isBefore) low = middle + 1;
      else high = middle;
    }
    return low;
  }
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
