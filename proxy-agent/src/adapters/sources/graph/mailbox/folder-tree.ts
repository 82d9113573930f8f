import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import { type JsonRecord, recordAt, requiredTextAt, textAt } from '../client/json-value.ts';

/** Where the service keeps what users do not see as folders; nothing below them is backed up. */
const excludedRoots: ReadonlySet<string> = new Set([
  'searchfolders',
  'recoverableitemsroot',
  'recoverableitemsdeletions',
  'recoverableitemsversions',
  'recoverableitemspurges',
  'recoverableitemsdiscoveryholds',
  'recoverableitemssubstrateholds',
]);

/** @throws AppError E_SOURCE_PROTOCOL when the id is missing */
export function decodeFolder(entry: JsonRecord): CatalogFolder {
  const search = textAt(entry, '@odata.type')?.toLowerCase().includes('searchfolder') === true;
  const wellKnownName = textAt(entry, 'wellKnownName')?.toLowerCase();
  return {
    folderId: requiredTextAt(entry, 'id', 'a mailbox folder'),
    parentId: textAt(entry, 'parentFolderId'),
    name: textAt(entry, 'displayName') ?? '',
    type: textAt(entry, 'type') ?? 'IPF.Note',
    wellKnownName: search ? 'searchfolders' : wellKnownName,
    properties: {},
  };
}

export function isRemovedFolder(entry: JsonRecord): boolean {
  return recordAt(entry, '@removed') !== undefined;
}

export interface FolderPlan {
  /** New or changed rows that are backed up, parents before children. */
  readonly changed: readonly CatalogFolder[];
  /** All folders that are not backed up. */
  readonly excluded: ReadonlySet<string>;
  /** Stored before, and now moved below an excluded one. */
  readonly hidden: readonly string[];
}

/**
 * Decides what the folders of a mailbox mean. Pure.
 * @param listed as the service names them now, the last of an id counts
 * @param stored rows of the catalog
 * @param excluded ids that were excluded before
 */
export function planFolders(
  listed: ReadonlyMap<string, CatalogFolder>,
  stored: ReadonlyMap<string, CatalogFolder>,
  excluded: ReadonlySet<string>,
): FolderPlan {
  const merged = new Map([...stored, ...listed]);
  const nowExcluded = new Set<string>();
  for (const folder of merged.values()) {
    if (isBelowExcluded(folder, merged, excluded)) nowExcluded.add(folder.folderId);
  }
  for (const id of excluded) if (!listed.has(id)) nowExcluded.add(id);
  const kept = [...listed.values()].filter(({ folderId }) => !nowExcluded.has(folderId));
  const rows = kept.map((folder) => placed(folder, merged));
  const changed = rows.filter((row) => !isSameFolder(row, stored.get(row.folderId)));
  const hidden = [...stored.keys()].filter((id) => nowExcluded.has(id));
  return { changed: parentsFirst(changed), excluded: nowExcluded, hidden };
}

/** Follows parents upwards; a circle made by bad parents ends where it began. */
function isBelowExcluded(
  folder: CatalogFolder,
  all: ReadonlyMap<string, CatalogFolder>,
  excluded: ReadonlySet<string>,
): boolean {
  const passed = new Set<string>();
  let at: CatalogFolder | undefined = folder;
  while (at !== undefined && !passed.has(at.folderId)) {
    if (excludedRoots.has(at.wellKnownName ?? '')) return true;
    passed.add(at.folderId);
    const parentId: string | undefined = at.parentId;
    if (parentId !== undefined && excluded.has(parentId) && !all.has(parentId)) return true;
    at = parentId === undefined ? undefined : all.get(parentId);
  }
  return false;
}

/** A parent that is not listed is the mailbox's own root. */
function placed(folder: CatalogFolder, all: ReadonlyMap<string, CatalogFolder>): CatalogFolder {
  const isKnown = folder.parentId !== undefined && all.has(folder.parentId);
  return isKnown ? folder : { ...folder, parentId: undefined };
}

export function isSameFolder(row: CatalogFolder, other: CatalogFolder | undefined): boolean {
  return (
    other !== undefined &&
    row.parentId === other.parentId &&
    row.name === other.name &&
    row.type === other.type &&
    row.wellKnownName === other.wellKnownName
  );
}

/** Parents before children; members of a circle come last, in their order. */
export function parentsFirst(folders: readonly CatalogFolder[]): CatalogFolder[] {
  const byId = new Map(folders.map((folder) => [folder.folderId, folder]));
  const sorted = new Set<CatalogFolder>();
  const visit = (folder: CatalogFolder, path: ReadonlySet<string>): void => {
    if (sorted.has(folder) || path.has(folder.folderId)) return;
    const parent = folder.parentId === undefined ? undefined : byId.get(folder.parentId);
    if (parent !== undefined) visit(parent, new Set([...path, folder.folderId]));
    sorted.add(folder);
  };
  for (const folder of folders) visit(folder, new Set());
  return [...sorted];
}
