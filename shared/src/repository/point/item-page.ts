import {
  comparePositions,
  decodePosition,
  encodePosition,
  type ItemOrder,
  type ItemPosition,
  type OrderedItem,
  positionOf,
} from './item-order.ts';
import type { PageRequest } from './point-reader.ts';

export interface PageOf<Item> {
  readonly items: readonly Item[];
  /** Undefined: this was the last page. */
  readonly cursor: string | undefined;
  /** Items of the folder, on all pages. */
  readonly total: number;
}

interface Kept<Item> {
  readonly item: Item;
  readonly position: ItemPosition;
}

/**
 * The next items of a folder in the asked order: keeps the first `limit` of
 * what comes after the cursor while all items pass by, in any order.
 */
export class ItemPageBuilder<Item extends OrderedItem & { readonly folderId: string }> {
  readonly #folderId: string;
  readonly #limit: number;
  readonly #order: ItemOrder;
  readonly #after: ItemPosition | undefined;
  readonly #compare: (a: ItemPosition, b: ItemPosition) => number;
  readonly #kept: Kept<Item>[] = [];
  #total = 0;

  constructor({ folderId, cursor, limit, order = 'date' }: PageRequest) {
    this.#folderId = folderId;
    this.#limit = limit;
    this.#order = order;
    this.#after = cursor === undefined ? undefined : decodePosition(order, cursor);
    this.#compare = comparePositions(order);
  }

  add(item: Item): void {
    if (item.folderId !== this.#folderId) return;
    this.#total += 1;
    const position = positionOf(this.#order, item);
    if (this.#after !== undefined && this.#compare(position, this.#after) <= 0) return;
    this.#kept.splice(this.#indexOf(position), 0, { item, position });
    // One more than asked for tells whether a page follows.
    if (this.#kept.length > this.#limit + 1) this.#kept.pop();
  }

  /** Once all items were added. */
  end(): PageOf<Item> {
    const kept = this.#kept.slice(0, this.#limit);
    const last = kept.at(-1);
    const hasNext = this.#kept.length > this.#limit && last !== undefined;
    const cursor = hasNext ? encodePosition(last.position) : undefined;
    return { items: kept.map(({ item }) => item), cursor, total: this.#total };
  }

  /** Where the position belongs among those that are kept. */
  #indexOf(position: ItemPosition): number {
    let low = 0;
    let high = this.#kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const kept = this.#kept[middle];
      if (kept !== undefined && this.#compare(kept.position, position) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
