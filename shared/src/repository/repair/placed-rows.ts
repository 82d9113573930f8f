import { itemPrefix } from '../catalog/catalog-keys.ts';
import { decodeItem } from '../catalog/decode-row.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { soundRows } from '../check/sound-rows.ts';
import type { ObjectState } from '../object/object-state.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import { type ObjectRuns, undefinedWhenDamaged } from './object-runs.ts';

export interface PlacedItem {
  readonly item: CatalogItem;
  /** One per content; undefined: it cannot be read where the state's index says. */
  readonly contents: readonly (PlacedContent | undefined)[];
}

const windowItems = 10_000;

/**
 * The items of a state whose rows can be read, in order.
 * Contents are looked up in windows of 10,000 items, so that the index is read in order.
 * @param onKey told of each row, folders and marks too
 */
export async function* placedItems(
  state: ObjectState,
  runs: ObjectRuns,
  onKey: (key: string) => void = () => {},
): AsyncGenerator<PlacedItem> {
  let window: CatalogItem[] = [];
  for await (const { key, value } of soundRows(state, () => {})) {
    onKey(key);
    if (key.startsWith(itemPrefix)) window.push(decodeItem(value));
    if (window.length < windowItems) continue;
    yield* await placed(state, runs, window);
    window = [];
  }
  yield* await placed(state, runs, window);
}

async function placed(
  state: ObjectState,
  runs: ObjectRuns,
  items: readonly CatalogItem[],
): Promise<readonly PlacedItem[]> {
  const { index } = state.readers;
  const places = new Map<string, PlacedContent | undefined>();
  for (const contentId of [...new Set(items.flatMap(({ content }) => content))].sort()) {
    const value = await index.get(state.record.index, contentId).catch(undefinedWhenDamaged);
    places.set(contentId, value && runs.usable(value));
  }
  return items.map((item) => ({ item, contents: item.content.map((id) => places.get(id)) }));
}
