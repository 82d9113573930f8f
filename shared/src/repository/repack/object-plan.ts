import type { CatalogFolder, CatalogItem } from '../catalog/row.ts';
import type { ObjectState } from '../object/object-state.ts';
import { Locator } from '../read/locate.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import { keptItems } from '../retention/item-cutoff.ts';
import { type ChangedRow, changedRows, noRows } from './changed-rows.ts';
import { haveSameIds, keptRow, mayLackRows } from './kept-rows.ts';

export interface NeededContent {
  readonly contentId: string;
  readonly placed: PlacedContent;
  readonly itemId: string;
}

/** Changed items that are sorted at once. */
const groupItems = 20_000;

/** What one object of the target lacks of the source, in two readings of both catalogs. */
export class ObjectPlan {
  readonly source: ObjectState;
  readonly #base: ObjectState | undefined;
  readonly #itemsSinceMs: number | undefined;
  #years: ReadonlyMap<string, number> | undefined;

  /** @param itemsSinceMs older items are left out; undefined: none are */
  constructor(
    source: ObjectState,
    base: ObjectState | undefined,
    itemsSinceMs: number | undefined,
  ) {
    this.source = source;
    this.#base = base;
    this.#itemsSinceMs = itemsSinceMs;
  }

  /** The target has no state of the object. */
  get isFirst(): boolean {
    return this.#base === undefined;
  }

  /** What the source has lost is kept as the target has it. */
  items(): AsyncGenerator<ChangedRow<CatalogItem>> {
    const { source } = this;
    const base = this.#base;
    const rows = {
      source: keptItems(source.items(), this.#itemsSinceMs),
      target: base?.items() ?? noRows(),
      idOf: ({ itemId }: CatalogItem) => itemId,
    };
    const canKeep = base !== undefined && haveSameIds(source, base);
    return this.#kept(changedRows(canKeep ? { ...rows, merged: keptRow } : rows));
  }

  folders(): AsyncGenerator<ChangedRow<CatalogFolder>> {
    const target = this.#base?.folders() ?? noRows();
    const idOf = ({ folderId }: CatalogFolder) => folderId;
    return this.#kept(changedRows({ source: this.source.folders(), target, idOf }));
  }

  /** False: the target shows the source's state already. */
  async isNeeded(): Promise<boolean> {
    if (this.#base === undefined) return true;
    for await (const _ of this.items()) return true;
    for await (const _ of this.folders()) return true;
    return false;
  }

  /** Reads all that the copy will need of the catalogs. E_REPOSITORY_DAMAGED */
  async prepare(): Promise<void> {
    this.#years = await this.#itemsPerYear();
    for await (const _ of this.folders());
    await this.source.syncState();
  }

  /**
   * Contents that the target lacks, in the order year, folder, date. Reads the
   * catalog once per group of years; a year is sorted in memory.
   */
  async *contents(): AsyncGenerator<NeededContent> {
    const locator = new Locator(this.source);
    for (const years of grouped(this.#years ?? (await this.#itemsPerYear()))) {
      const items = await this.#changedIn(years);
      items.sort(inArchiveOrder);
      yield* this.#lacking(locator, items);
    }
  }

  /** Nothing is removed for want of rows that the source has lost. */
  async *#kept<T>(changes: AsyncIterable<ChangedRow<T>>): AsyncGenerator<ChangedRow<T>> {
    const keepsAll = mayLackRows(this.source.record);
    for await (const change of changes) {
      if (change.type === 'put' || !keepsAll) yield change;
    }
  }

  async *#lacking(locator: Locator, items: readonly CatalogItem[]): AsyncGenerator<NeededContent> {
    const known = await this.#known(items);
    for (const { item, contents } of await locator.locateItems(items)) {
      for (const [at, placed] of contents.entries()) {
        const contentId = item.content[at];
        if (contentId === undefined || known.has(contentId)) continue;
        known.add(contentId);
        yield { contentId, placed, itemId: item.itemId };
      }
    }
  }

  async #known(items: readonly CatalogItem[]): Promise<Set<string>> {
    const known = new Set<string>();
    if (this.#base === undefined) return known;
    for (const contentId of items.flatMap(({ content }) => content).sort()) {
      if ((await this.#base.address(contentId)) !== undefined) known.add(contentId);
    }
    return known;
  }

  async #itemsPerYear(): Promise<ReadonlyMap<string, number>> {
    const years = new Map<string, number>();
    for await (const change of this.items()) {
      if (change.type === 'removed') continue;
      const year = yearOf(change.row);
      years.set(year, (years.get(year) ?? 0) + 1);
    }
    return years;
  }

  async #changedIn(years: ReadonlySet<string>): Promise<CatalogItem[]> {
    const items: CatalogItem[] = [];
    for await (const change of this.items()) {
      if (change.type === 'put' && years.has(yearOf(change.row))) items.push(change.row);
    }
    return items;
  }
}

function yearOf({ date }: CatalogItem): string {
  return date.slice(0, 4);
}

/** Consecutive years with about 20,000 items together. */
function* grouped(itemsPerYear: ReadonlyMap<string, number>): Generator<ReadonlySet<string>> {
  let group = new Set<string>();
  let items = 0;
  for (const year of [...itemsPerYear.keys()].sort()) {
    group.add(year);
    items += itemsPerYear.get(year) ?? 0;
    if (items < groupItems) continue;
    yield group;
    group = new Set();
    items = 0;
  }
  if (group.size > 0) yield group;
}

function inArchiveOrder(a: CatalogItem, b: CatalogItem): number {
  return (
    compareText(yearOf(a), yearOf(b)) ||
    compareText(a.folderId, b.folderId) ||
    compareText(a.date, b.date) ||
    compareText(a.itemId, b.itemId)
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
