import type { CatalogItem } from '../catalog/row.ts';
import { decodeJson } from '../json.ts';
import { HeldRows, type ItemRow, itemRow } from './held-rows.ts';
import { ItemPageBuilder } from './item-page.ts';
import type { ItemPage, PageRequest } from './point-reader.ts';

export interface FolderPagesOptions {
  /** The stored rows of all items of the object, read anew by each call. */
  readonly readRows: () => AsyncIterable<Uint8Array>;
  readonly bytesMax: number;
}

/**
 * Pages of the folders of one object. The first one reads the whole catalog,
 * and holds its rows for the next ones, except of folders that are too large.
 */
export class FolderPages {
  readonly #options: FolderPagesOptions;
  #held: HeldRows | undefined;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(options: FolderPagesOptions) {
    this.#options = options;
  }

  /** Pages that must read wait for each other, as the first one may hold what the next one needs. */
  async page(request: PageRequest): Promise<ItemPage> {
    return this.#fromHeld(request) ?? this.#inTurn(() => this.#pageOf(request));
  }

  async #pageOf(request: PageRequest): Promise<ItemPage> {
    return this.#fromHeld(request) ?? this.#fromStorage(request);
  }

  #fromHeld(request: PageRequest): ItemPage | undefined {
    const rows = this.#held?.of(request.folderId);
    if (rows === undefined) return undefined;
    const page = new ItemPageBuilder<ItemRow>(request);
    for (const row of rows) page.add(row);
    return decoded(page);
  }

  async #fromStorage(request: PageRequest): Promise<ItemPage> {
    const { readRows, bytesMax } = this.#options;
    // What is held now makes room before more is held.
    this.#held = undefined;
    const held = new HeldRows(request.folderId, bytesMax);
    const page = new ItemPageBuilder<ItemRow>(request);
    for await (const read of readRows()) {
      const row = itemRow(read);
      held.add(row);
      page.add(row);
    }
    this.#held = held;
    return decoded(page);
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function decoded(page: ItemPageBuilder<ItemRow>): ItemPage {
  const { items, cursor } = page.end();
  return { items: items.map(({ json }) => decodeJson<CatalogItem>(json)), cursor };
}
