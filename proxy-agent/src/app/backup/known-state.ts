import { isItemKept } from '@firn/shared/repository/retention/item-cutoff';
import type { PreviousState } from '@firn/shared/repository/session/repository-session';
import type { KnownState } from '../../ports/source.ts';

async function* nothing(): AsyncGenerator<never> {}

/** What is known of an object that was never stored. */
const nothingKnown: KnownState = {
  item: async () => undefined,
  folder: async () => undefined,
  items: nothing,
  folders: nothing,
  failedItems: nothing,
};

/** @param itemsSinceMs older items are not backed up; undefined: all are */
export function knownState(
  previous: PreviousState | undefined,
  itemsSinceMs: number | undefined,
): KnownState {
  const known = previous ?? nothingKnown;
  if (itemsSinceMs === undefined) return known;
  return {
    item: (itemId) => known.item(itemId),
    folder: (folderId) => known.folder(folderId),
    items: () => known.items(),
    folders: () => known.folders(),
    failedItems: () => known.failedItems(),
    isKept: (item) => isItemKept(item, itemsSinceMs),
  };
}
