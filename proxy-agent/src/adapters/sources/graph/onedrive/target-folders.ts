import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import { isGone } from '../client/batch.ts';
import { recordOf, requiredTextAt } from '../client/json-value.ts';
import { parentsFirst } from '../mailbox/folder-tree.ts';
import { childrenPath, type DriveAccess, namedItemPath, rootPath, units } from './drive-api.ts';
import { type DriveEntry, datesOf, decodeDriveEntry } from './drive-item.ts';

export interface TargetFolders {
  /** Target id by stored id. */
  readonly ids: ReadonlyMap<string, string>;
  /** Target folders that this restore has made: they hold nothing else. */
  readonly created: ReadonlySet<string>;
}

/** Makes sure that folders exist, by name under their parent, with their dates. */
export async function ensureFolders(
  access: DriveAccess,
  rows: readonly CatalogFolder[],
  signal: AbortSignal,
): Promise<TargetFolders> {
  const rootId = await rootOf(access, signal);
  const ids = new Map<string, string>();
  const created = new Set<string>();
  for (const row of parentsFirst(rows)) {
    if (row.wellKnownName === 'root') {
      ids.set(row.folderId, rootId);
      continue;
    }
    const parentId = ids.get(row.parentId ?? '') ?? rootId;
    const made = await createFolder(access, row, { parentId, signal });
    ids.set(row.folderId, made ?? (await existingFolder(access, row, { parentId, signal })));
    if (made !== undefined) created.add(made);
  }
  return { ids, created };
}

async function rootOf({ client, lane, driveId }: DriveAccess, signal: AbortSignal) {
  const what = 'the root of the drive';
  const path = rootPath(driveId);
  const reply = await client.json({ method: 'GET', path, what, lane, signal });
  return requiredTextAt(recordOf(reply.body, what), 'id', what);
}

interface Place {
  readonly parentId: string;
  readonly signal: AbortSignal;
}

/** undefined: there is something of that name. */
async function createFolder(
  access: DriveAccess,
  row: CatalogFolder,
  { parentId, signal }: Place,
): Promise<string | undefined> {
  const { client, lane, driveId } = access;
  try {
    const reply = await client.json({
      method: 'POST',
      path: childrenPath(driveId, parentId),
      what: 'create a folder',
      lane,
      units: units.write,
      json: {
        name: row.name,
        folder: {},
        fileSystemInfo: datesOf(row.properties),
        '@microsoft.graph.conflictBehavior': 'fail',
      },
      signal,
    });
    return requiredTextAt(recordOf(reply.body, 'the folder'), 'id', 'the created folder');
  } catch (error) {
    if (isAppError(error, 'E_SOURCE_EXISTS') || isAppError(error, 'E_SOURCE_UNAVAILABLE')) {
      return undefined;
    }
    throw error;
  }
}

async function existingFolder(
  access: DriveAccess,
  row: CatalogFolder,
  { parentId, signal }: Place,
): Promise<string> {
  const found = await findNamed(access, { parentId, name: row.name }, signal);
  if (found?.kind === 'folder') return found.itemId;
  const reason = found === undefined ? 'could not be created' : 'is the name of a file';
  throw new AppError('E_SOURCE_EXISTS', `folder ${row.name} ${reason}`);
}

/** What a folder holds under a name. */
export async function findNamed(
  { client, lane, driveId }: DriveAccess,
  place: { readonly parentId: string; readonly name: string },
  signal: AbortSignal,
): Promise<DriveEntry | undefined> {
  const path = namedItemPath(driveId, place.parentId, place.name);
  const what = 'look for an item by name';
  try {
    const reply = await client.json({ method: 'GET', path, what, lane, signal });
    return decodeDriveEntry(recordOf(reply.body, 'a drive item'));
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
