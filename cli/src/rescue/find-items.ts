import type { CatalogItem } from '@firn/shared/repository/catalog/row';
import { isDamage } from '@firn/shared/repository/damaged';
import type { ObjectReader, PointReader } from '@firn/shared/repository/point/point-reader';
import { FolderTree, folderNotFound } from './folder-tree.ts';
import { tellingLostParts } from './lost-parts.ts';
import { problemText } from './problem-text.ts';

export interface FoundItem {
  readonly objectId: string;
  readonly folder: string;
  readonly item: CatalogItem;
}

export interface ItemSelection {
  readonly objectIds: readonly string[];
  /** Path; empty: all folders. */
  readonly folder: string;
  readonly limit: number;
  /** Told of each object, or part of its catalog, that cannot be read. */
  readonly onProblem: (message: string) => void;
}

/** Items of a point, past objects that are damaged. E_OBJECT_NOT_IN_POINT, E_FOLDER_NOT_FOUND */
export async function* itemsOf(
  point: PointReader,
  { objectIds, folder, limit, onProblem }: ItemSelection,
  isWanted: (item: CatalogItem) => boolean,
): AsyncGenerator<FoundItem> {
  let left = limit;
  let mayBeThere = folder === '';
  for (const objectId of objectIds) {
    const reader = await openOrTell(point, objectId, onProblem);
    if (reader === undefined) {
      mayBeThere = true;
      continue;
    }
    const tree = await FolderTree.read(reader.folders());
    const folderIds = tree.below(folder);
    mayBeThere ||= folderIds.size > 0;
    for await (const item of reader.items()) {
      const isInFolder = folder === '' || folderIds.has(item.folderId);
      if (!isInFolder || !isWanted(item)) continue;
      yield { objectId, folder: tree.path(item.folderId), item };
      left -= 1;
      if (left === 0) return;
    }
  }
  if (!mayBeThere) throw folderNotFound(folder);
}

async function openOrTell(
  point: PointReader,
  objectId: string,
  onProblem: (message: string) => void,
): Promise<ObjectReader | undefined> {
  try {
    return await point.object(objectId, tellingLostParts(objectId, onProblem));
  } catch (error) {
    if (!isDamage(error)) throw error;
    onProblem(`object ${objectId}: ${problemText(error)}`);
    return undefined;
  }
}
