import {
  type ConflictBehavior,
  checkName,
  containerAt,
  freeName,
  nameTaken,
} from './create-item.ts';
import { DriveError } from './drive-error.ts';
import { type DriveItem, type FileTimes, toWholeSeconds } from './drive-item.ts';
import type { DriveTree } from './drive-tree.ts';

export type ItemChanges = {
  readonly name?: string | undefined;
  readonly parentId?: string | undefined;
  readonly times?: Partial<FileTimes> | undefined;
  readonly conflict?: ConflictBehavior | undefined;
};

/** Renames, moves and re-dates an item. A move keeps the id, also of everything below. */
export function updateItem(tree: DriveTree, id: string, changes: ItemChanges): DriveItem {
  const item = tree.get(id);
  const place = placeAfter(item, changes);
  if (place) moveItem(tree, item, { ...place, conflict: changes.conflict ?? 'fail' });
  if (changes.times) redate(tree, item, changes.times);
  return item;
}

/** Deletes to the recycle bin, a folder with everything in it. */
export function removeItem(tree: DriveTree, id: string): void {
  const item = tree.get(id);
  if (item === tree.root) throw new DriveError('notAllowed', 'The root cannot be deleted.');
  tree.bury(item);
}

/** Brings an item back from the recycle bin to the folder where it was. */
export function restoreItem(tree: DriveTree, id: string): DriveItem {
  const item = tree.findDeleted(id);
  if (item?.parentId === undefined) {
    throw new DriveError('itemNotFound', 'The item is not in the recycle bin.');
  }
  const parent = containerAt(tree, item.parentId);
  if (tree.childNamed(parent.id, item.name)) throw nameTaken();
  tree.unbury(item);
  return item;
}

/** Marks a file as infected: its metadata stays, its content is refused. */
export function infectItem(tree: DriveTree, id: string, description: string): DriveItem {
  const item = tree.get(id);
  item.malware = description;
  tree.touch(item);
  return item;
}

type Place = { parentId: string; name: string };

function placeAfter(item: DriveItem, changes: ItemChanges): Place | undefined {
  if (changes.name === undefined && changes.parentId === undefined) return undefined;
  if (item.parentId === undefined) {
    throw new DriveError('notAllowed', 'The root cannot be renamed or moved.');
  }
  const place = {
    parentId: changes.parentId ?? item.parentId,
    name: changes.name ?? item.name,
  };
  return place.parentId === item.parentId && place.name === item.name ? undefined : place;
}

function moveItem(
  tree: DriveTree,
  item: DriveItem,
  place: Place & { conflict: ConflictBehavior },
): void {
  const parent = containerAt(tree, place.parentId);
  if (parent === item || tree.ancestorsOf(parent).includes(item)) {
    throw new DriveError('invalidRequest', 'A folder cannot be moved into itself.');
  }
  checkName(tree, parent, place.name);
  checkPathsBelow(tree, item, { parent, name: place.name });
  const existing = tree.childNamed(parent.id, place.name);
  const taken = existing !== undefined && existing !== item;
  if (taken && place.conflict === 'fail') throw nameTaken();
  if (taken && place.conflict === 'replace') replaceable(tree, existing, item);
  const name =
    taken && place.conflict === 'rename' ? freeName(tree, parent, place.name) : place.name;
  tree.relink(item, { parentId: parent.id, name });
}

function replaceable(tree: DriveTree, existing: DriveItem, item: DriveItem): void {
  if (existing.kind !== 'file' || item.kind !== 'file') throw nameTaken();
  tree.bury(existing);
}

function checkPathsBelow(
  tree: DriveTree,
  item: DriveItem,
  place: { parent: DriveItem; name: string },
): void {
  const depth = tree.namesTo(item).length;
  for (const below of tree.subtree(item)) {
    tree.checkPath(place.parent, place.name, tree.namesTo(below).slice(depth));
  }
}

/** Dates set after the upload make another version of a file [onedrive-api-docs #778, #877]. */
function redate(tree: DriveTree, item: DriveItem, times: Partial<FileTimes>): void {
  item.times = {
    createdAtMs: toWholeSeconds(times.createdAtMs ?? item.times.createdAtMs),
    modifiedAtMs: toWholeSeconds(times.modifiedAtMs ?? item.times.modifiedAtMs),
  };
  if (item.content) tree.addVersion(item, item.content);
  tree.touch(item);
}
