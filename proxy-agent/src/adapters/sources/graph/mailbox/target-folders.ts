import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import { recordOf, requiredTextAt } from '../client/json-value.ts';
import { readFolders } from './folder-reader.ts';
import { parentsFirst } from './folder-tree.ts';
import { childFoldersPath, exchangeHeaders, type MailboxAccess } from './mailbox-api.ts';

export interface TargetFolders {
  /** Target id by stored id. */
  readonly ids: ReadonlyMap<string, string>;
  /** Target folders that are known to hold nothing. */
  readonly empty: ReadonlySet<string>;
}

/**
 * Makes sure that folders exist. The same folder is found by its id, then by its
 * well-known name, then by its name under the same parent; what is not found is
 * created with its class. [Microsoft: mailbox-post-folders]
 */
export async function ensureFolders(
  access: MailboxAccess,
  rows: readonly CatalogFolder[],
  signal: AbortSignal,
): Promise<TargetFolders> {
  const present = new PresentFolders();
  await present.read(access, signal);
  const ids = new Map<string, string>();
  for (const row of parentsFirst(rows)) {
    const parentId = row.parentId === undefined ? undefined : ids.get(row.parentId);
    const found = present.find(row, parentId);
    const id = found ?? (await createFolder(access, { row, parentId, present }, signal));
    ids.set(row.folderId, id);
  }
  return { ids, empty: present.empty };
}

class PresentFolders {
  readonly empty = new Set<string>();
  #byId: ReadonlyMap<string, CatalogFolder> = new Map();
  #byWellKnownName = new Map<string, string>();
  #byPlace = new Map<string, string>();

  async read(access: MailboxAccess, signal: AbortSignal): Promise<void> {
    const { listed, totals } = await readFolders(access, undefined, signal);
    this.#byId = listed;
    for (const folder of listed.values()) {
      const { folderId, wellKnownName, parentId, name } = folder;
      const isNested = parentId !== undefined && listed.has(parentId);
      if (wellKnownName !== undefined) this.#byWellKnownName.set(wellKnownName, folderId);
      this.#byPlace.set(placeOf(isNested ? parentId : undefined, name), folderId);
      if (totals.get(folderId) === 0) this.empty.add(folderId);
    }
  }

  find(row: CatalogFolder, parentId: string | undefined): string | undefined {
    if (this.#byId.has(row.folderId)) return row.folderId;
    if (row.wellKnownName !== undefined) {
      const same = this.#byWellKnownName.get(row.wellKnownName);
      if (same !== undefined) return same;
    }
    return this.#byPlace.get(placeOf(parentId, row.name));
  }
}

/** Names are unique in a folder without regard to case. */
function placeOf(parentId: string | undefined, name: string): string {
  return `${parentId ?? ''}\n${name.toLowerCase()}`;
}

interface NewFolder {
  readonly row: CatalogFolder;
  readonly parentId: string | undefined;
  readonly present: PresentFolders;
}

async function createFolder(
  access: MailboxAccess,
  { row, parentId, present }: NewFolder,
  signal: AbortSignal,
): Promise<string> {
  const { client, lane, mailboxId } = access;
  try {
    const reply = await client.json({
      method: 'POST',
      path: childFoldersPath(mailboxId, parentId),
      what: 'create a folder',
      lane,
      headers: exchangeHeaders(),
      json: { displayName: row.name, type: row.type },
      // Made twice it answers "exists", which is the same to us.
      repeatable: true,
      signal,
    });
    const what = 'the created folder';
    const id = requiredTextAt(recordOf(reply.body, what), 'id', what);
    present.empty.add(id);
    return id;
  } catch (error) {
    if (!isAppError(error, 'E_SOURCE_EXISTS')) throw error;
    await present.read(access, signal);
    const id = present.find(row, parentId);
    if (id !== undefined) return id;
    throw new AppError('E_SOURCE_EXISTS', `folder ${row.name} exists but is not listed`);
  }
}
