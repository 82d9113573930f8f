import { toHex, utf8 } from '../bytes.ts';
import { failedPrefix } from '../catalog/catalog-keys.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { RowCounts } from '../object/row-counts.ts';
import type { Compute } from '../ports.ts';
import type { FoundContents } from './found-contents.ts';
import { type PlacedItem, placedItems } from './placed-rows.ts';
import type { DamagedState, ObjectSurvey } from './survey-object.ts';

/** What a state loses. */
export interface LostItems {
  /** Ids of items whose content is lost, in order. */
  readonly items: readonly string[];
  /** Ids of items of which nobody can tell, in order. */
  readonly unsure: readonly string[];
  /** Ids of items that failed and are not marked so, sorted: the lost ones among them. */
  readonly unmarked: readonly string[];
  /** Of the rows as they are to be. */
  readonly counts: RowCounts;
  /** The same for states that lose the same rows. */
  readonly digest: string;
}

/** Reads the rows of a damaged state. */
export async function findLostItems(
  compute: Compute,
  { runs }: Pick<ObjectSurvey, 'runs'>,
  { state }: DamagedState,
  found: FoundContents,
): Promise<LostItems> {
  const tally = new RowTally();
  const rows = new RowsDigest(compute);
  const items: string[] = [];
  const unsure: string[] = [];
  for await (const placed of placedItems(state, runs, (key) => tally.row(key))) {
    const { item } = placed;
    if (isUnsure(placed, found)) unsure.push(item.itemId);
    if (isLost(placed, found)) {
      items.push(item.itemId);
      await rows.add(item);
    }
    if (item.failed !== undefined || isLost(placed, found)) tally.failed.add(item.itemId);
  }
  const unmarked = tally.unmarked();
  await rows.add(unmarked);
  const digest = await rows.end();
  return { items, unsure, unmarked, counts: tally.counts(unmarked.length), digest };
}

/** A content of it is nowhere. */
export function isLost({ item, contents }: PlacedItem, { places, unsure }: FoundContents): boolean {
  return item.content.some(
    (id, at) => contents[at] === undefined && !places.has(id) && !unsure.has(id),
  );
}

function isUnsure({ item, contents }: PlacedItem, { unsure }: FoundContents): boolean {
  return item.content.some((id, at) => contents[at] === undefined && unsure.has(id));
}

/** The row of an item whose content is lost. */
export function lostRow({ recipe: _, ...item }: CatalogItem, nowMs: number): CatalogItem {
  const message = 'its content was lost in the repository';
  const failed = { code: 'E_REPOSITORY_DAMAGED', message, sinceMs: nowMs, neverStored: true };
  return { ...item, content: [], failed };
}

class RowTally {
  /** Ids of items that failed. */
  readonly failed = new Set<string>();
  readonly #marked = new Set<string>();
  #counts = RowCounts.of(undefined);

  row(key: string): void {
    this.#counts = this.#counts.changed(key, 1);
    if (key.startsWith(failedPrefix)) this.#marked.add(key.slice(failedPrefix.length));
  }

  unmarked(): readonly string[] {
    return [...this.failed].filter((itemId) => !this.#marked.has(itemId)).sort();
  }

  counts(newlyFailed: number): RowCounts {
    const { items, folders, failedItems } = this.#counts;
    return RowCounts.of({ items, folders, failedItems: failedItems + newlyFailed });
  }
}

const digestBatch = 1_000;

/** Over rows of any number. */
class RowsDigest {
  readonly #compute: Compute;
  #digest = '';
  #rows: unknown[] = [];

  constructor(compute: Compute) {
    this.#compute = compute;
  }

  async add(row: unknown): Promise<void> {
    this.#rows.push(row);
    if (this.#rows.length >= digestBatch) await this.end();
  }

  async end(): Promise<string> {
    const text = `${this.#digest}${JSON.stringify(this.#rows)}`;
    this.#digest = toHex(await this.#compute.sha256([utf8(text)]));
    this.#rows = [];
    return this.#digest;
  }
}
