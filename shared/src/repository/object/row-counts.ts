import { failedPrefix, folderPrefix, itemPrefix } from '../catalog/catalog-keys.ts';

/** How many rows of each kind an object has. */
export class RowCounts {
  readonly items: number;
  readonly folders: number;
  readonly failedItems: number;

  private constructor(items: number, folders: number, failedItems: number) {
    this.items = items;
    this.folders = folders;
    this.failedItems = failedItems;
  }

  static of(counts: Pick<RowCounts, 'items' | 'folders' | 'failedItems'> | undefined): RowCounts {
    return new RowCounts(counts?.items ?? 0, counts?.folders ?? 0, counts?.failedItems ?? 0);
  }

  /** @param by 1 or -1 rows with this catalog key */
  changed(key: string, by: number): RowCounts {
    const items = this.items + (key.startsWith(itemPrefix) ? by : 0);
    const folders = this.folders + (key.startsWith(folderPrefix) ? by : 0);
    return new RowCounts(
      items,
      folders,
      this.failedItems + (key.startsWith(failedPrefix) ? by : 0),
    );
  }
}
