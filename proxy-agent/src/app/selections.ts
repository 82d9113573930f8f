import type { ObjectSelection } from '@firn/shared/gen/firn/link/v1/work';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import type {
  ItemFilter,
  ObjectReader,
  PointReader,
} from '@firn/shared/repository/point/point-reader';
import type { Selection } from '@firn/shared/repository/retrieve/packs-needed';

/**
 * What of an object is chosen. Nothing said: all of it. Folders: with all
 * below them. Items: those alone, in the chosen folders if there are such.
 */
export async function filterOf(
  selection: ObjectSelection,
  reader: ObjectReader,
): Promise<ItemFilter> {
  const { folderIds, itemIds } = selection;
  return {
    folderIds: folderIds.length === 0 ? undefined : await withDescendants(folderIds, reader),
    itemIds: itemIds.length === 0 ? undefined : new Set(itemIds),
  };
}

/** One selection per object, all objects of the point when none is chosen. */
export async function* selectionsOf(
  point: PointReader,
  chosen: readonly ObjectSelection[],
): AsyncGenerator<ObjectSelection> {
  if (chosen.length > 0) {
    yield* chosen;
    return;
  }
  for (const objectId of point.objectIds) yield { objectId, folderIds: [], itemIds: [] };
}

/** For a retrieval; undefined: everything. */
export async function packSelections(
  point: PointReader,
  chosen: readonly ObjectSelection[],
): Promise<Selection[] | undefined> {
  if (chosen.length === 0) return undefined;
  const selections: Selection[] = [];
  for (const each of chosen) {
    const filter = await filterOf(each, await point.object(each.objectId));
    selections.push({ objectId: each.objectId, ...filter });
  }
  return selections;
}

/** The folders that chosen items lie in, and those above them; all without a filter. */
export async function* foldersOf(
  reader: ObjectReader,
  filter: ItemFilter,
): AsyncGenerator<CatalogFolder> {
  const { folderIds, itemIds } = filter;
  if (folderIds === undefined && itemIds === undefined) {
    yield* reader.folders();
    return;
  }
  const parents = await parentsById(reader);
  const needed = new Set<string>();
  for (let id of [...(folderIds ?? []), ...(await foldersOfItems(reader, itemIds))]) {
    while (!needed.has(id)) {
      needed.add(id);
      const parent = parents.get(id);
      if (parent === undefined) break;
      id = parent;
    }
  }
  for await (const folder of reader.folders()) if (needed.has(folder.folderId)) yield folder;
}

async function foldersOfItems(
  reader: ObjectReader,
  itemIds: ReadonlySet<string> | undefined,
): Promise<Set<string>> {
  const folders = new Set<string>();
  for (const itemId of itemIds ?? []) {
    const item = await reader.item(itemId);
    if (item !== undefined) folders.add(item.folderId);
  }
  return folders;
}

async function parentsById(reader: ObjectReader): Promise<Map<string, string | undefined>> {
  const parents = new Map<string, string | undefined>();
  for await (const { folderId, parentId } of reader.folders()) parents.set(folderId, parentId);
  return parents;
}

async function withDescendants(
  folderIds: readonly string[],
  reader: ObjectReader,
): Promise<Set<string>> {
  const parents = await parentsById(reader);
  const chosen = new Set(folderIds);
  for (const folderId of parents.keys()) {
    const path: string[] = [];
    let at: string | undefined = folderId;
    while (at !== undefined && !chosen.has(at) && !path.includes(at)) {
      path.push(at);
      at = parents.get(at);
    }
    if (at !== undefined && chosen.has(at)) for (const each of path) chosen.add(each);
  }
  return chosen;
}
