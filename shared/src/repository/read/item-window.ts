import type { AppError } from '../../errors/app-error.ts';
import type { CatalogItem } from '../catalog/row.ts';
import type { ContentSequence } from './contents-ahead.ts';
import { damageOrThrow, type Locator } from './locate.ts';
import { PackedContents } from './packed-contents.ts';
import { PackedItems } from './packed-items.ts';
import type { NamedContent } from './placed-content.ts';

/** About 6,000 mails. */
const rowBytesMax = 4 * 1024 * 1024;
const contentsMax = 20_000;

/** An item, and its contents in the window's sequence; or why it is not known where they lie. */
export interface WindowItem {
  readonly item: CatalogItem;
  /** Of its first content. */
  readonly from: number;
  /** Of the one behind its last. */
  readonly to: number;
  readonly failure: AppError | undefined;
}

/** Items that are put in the order of their packs at once; in memory that does not grow with them. */
export class ItemWindow {
  readonly #items = new PackedItems();
  readonly #ends: number[] = [];
  #contentIds: string[] = [];

  get isFull(): boolean {
    return this.#items.sizeBytes >= rowBytesMax || this.#contentIds.length >= contentsMax;
  }

  get isEmpty(): boolean {
    return this.#items.count === 0;
  }

  add(item: CatalogItem): void {
    this.#items.add(item);
    for (const contentId of item.content) this.#contentIds.push(contentId);
    this.#ends.push(this.#contentIds.length);
  }

  /** Once all were added. All contents are looked up in order of ids: each index frame is opened once. */
  async locate(locator: Locator): Promise<LocatedWindow> {
    const contents = new PackedContents(this.#contentIds);
    this.#contentIds = [];
    const failures = new Map<number, AppError>();
    let last: { readonly id: string; readonly found: NamedContent | AppError } | undefined;
    for (const at of contents.inOrderOfIds()) {
      const id = contents.idAt(at);
      const found = last?.id === id ? last.found : await locator.locate(id).catch(damageOrThrow);
      if (found instanceof Error) failures.set(at, found);
      else contents.place(at, found);
      last = { id, found };
    }
    return new LocatedWindow({ items: this.#items, ends: this.#ends, contents, failures });
  }
}

interface Located {
  readonly items: PackedItems;
  /** Of each item: behind the last of its contents. */
  readonly ends: readonly number[];
  readonly contents: PackedContents;
  readonly failures: ReadonlyMap<number, AppError>;
}

/** Its items, and what they hold, in the order of packs. */
export class LocatedWindow implements Iterable<WindowItem> {
  readonly #located: Located;
  readonly #order: Uint32Array;
  /** All contents of items that have no failure, in the order of the items. */
  readonly sequence: ContentSequence;

  constructor(located: Located) {
    this.#located = located;
    this.#order = this.#inOrderOfPlaces();
    const { contents } = located;
    const positions = Uint32Array.from(this.#contentsInOrder());
    this.sequence = {
      length: positions.length,
      at: (position) => contents.at(positions[position] ?? contents.length),
    };
  }

  *[Symbol.iterator](): Generator<WindowItem> {
    let from = 0;
    for (const at of this.#order) {
      const item = this.#located.items.at(at);
      const failure = this.#failureOf(at);
      const to = failure === undefined ? from + item.content.length : from;
      yield { item, from, to, failure };
      from = to;
    }
  }

  *#contentsInOrder(): Generator<number> {
    for (const item of this.#order) {
      if (this.#failureOf(item) === undefined) yield* this.#contentsOf(item);
    }
  }

  *#contentsOf(item: number): Generator<number> {
    const { ends } = this.#located;
    const end = ends[item] ?? 0;
    for (let at = ends[item - 1] ?? 0; at < end; at += 1) yield at;
  }

  #failureOf(item: number): AppError | undefined {
    const { failures } = this.#located;
    if (failures.size === 0) return undefined;
    for (const content of this.#contentsOf(item)) {
      const failure = failures.get(content);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** By the first content; items without one come first. */
  #inOrderOfPlaces(): Uint32Array {
    const { ends, contents } = this.#located;
    const firstOf = (item: number) => {
      const first = ends[item - 1] ?? 0;
      return first < (ends[item] ?? 0) && contents.isPlaced(first) ? first : undefined;
    };
    return Uint32Array.from(ends.keys()).sort((a, b) => {
      const [first, second] = [firstOf(a), firstOf(b)];
      if (first !== undefined && second !== undefined) return contents.byPlace(first, second);
      return Number(first !== undefined) - Number(second !== undefined);
    });
  }
}
