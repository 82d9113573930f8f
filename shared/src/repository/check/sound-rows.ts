import { itemPrefix } from '../catalog/catalog-keys.ts';
import { decodeItem } from '../catalog/decode-row.ts';
import type { CatalogItem } from '../catalog/row.ts';
import type { ObjectState, OnLostRows } from '../object/object-state.ts';
import { type LocatedItem, Locator } from '../read/locate.ts';
import { mergeLevels } from '../run/merge-levels.ts';
import type { RunEntry } from '../run/run-layout.ts';

const windowItems = 10_000;

/**
 * The rows of a catalog that can be read, in order. Where a part is lost, older
 * rows of the same keys may show through.
 */
export async function* soundRows(
  { readers, record }: ObjectState,
  onLost: OnLostRows,
): AsyncGenerator<RunEntry & { readonly value: Uint8Array }> {
  const scan = readers.catalog.scanSound.bind(readers.catalog);
  const scanner = { scan: (ref: Parameters<typeof scan>[0], from = '') => scan(ref, from, onLost) };
  for await (const { key, value } of mergeLevels(scanner, record.catalog)) {
    if (value !== undefined) yield { key, value };
  }
}

/** Where contents lie, asked for in windows of 10,000 items, so that the index is read in order. */
export async function* locatedWindows(
  state: ObjectState,
  rows: AsyncIterable<RunEntry & { readonly value: Uint8Array }>,
): AsyncGenerator<readonly LocatedItem[]> {
  const locator = new Locator(state);
  let window: CatalogItem[] = [];
  for await (const { key, value } of rows) {
    if (!key.startsWith(itemPrefix)) continue;
    window.push(decodeItem(value));
    if (window.length < windowItems) continue;
    yield await locator.locateItems(window);
    window = [];
  }
  if (window.length > 0) yield await locator.locateItems(window);
}
