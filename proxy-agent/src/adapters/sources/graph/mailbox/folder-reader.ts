import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import { numberAt, requiredTextAt } from '../client/json-value.ts';
import { decodeDeltaPage } from '../client/page.ts';
import { decodeFolder, isRemovedFolder } from './folder-tree.ts';
import { exchangeHeaders, foldersDeltaPath, type MailboxAccess, pageSize } from './mailbox-api.ts';

export interface FolderChanges {
  /** True: `listed` is all there is. */
  readonly isFull: boolean;
  readonly listed: ReadonlyMap<string, CatalogFolder>;
  readonly removed: ReadonlySet<string>;
  /** Number of items by folder, where the service says it. */
  readonly totals: ReadonlyMap<string, number>;
  readonly link: string;
}

const resetsMax = 5;

/**
 * The folders' delta since a link; everything without one, or when the service
 * does not know the link any more. Removed wins over listed.
 */
export async function readFolders(
  access: MailboxAccess,
  link: string | undefined,
  signal: AbortSignal,
): Promise<FolderChanges> {
  let from = link;
  for (let reset = 0; reset <= resetsMax; reset += 1) {
    try {
      return await followFolders(access, from, signal);
    } catch (error) {
      if (!isAppError(error, 'E_SOURCE_RESYNC')) throw error;
      from = undefined;
    }
  }
  throw new AppError('E_SOURCE_RESYNC', `the folders were reset ${resetsMax} times while read`);
}

async function followFolders(
  access: MailboxAccess,
  link: string | undefined,
  signal: AbortSignal,
): Promise<FolderChanges> {
  const listed = new Map<string, CatalogFolder>();
  const removed = new Set<string>();
  const totals = new Map<string, number>();
  let path = link ?? foldersDeltaPath(access.mailboxId);
  for (;;) {
    const { client, lane } = access;
    const headers = exchangeHeaders(pageSize);
    const what = 'list folders';
    const reply = await client.json({ method: 'GET', path, what, lane, headers, signal });
    const page = decodeDeltaPage(reply.body, 'the delta of folders');
    for (const entry of page.entries) {
      const id = requiredTextAt(entry, 'id', 'a folder');
      if (isRemovedFolder(entry)) removed.add(id);
      else listed.set(id, decodeFolder(entry));
      totals.set(id, numberAt(entry, 'totalItemCount') ?? Number.NaN);
    }
    if (page.nextLink !== undefined) path = page.nextLink;
    else if (page.deltaLink !== undefined) {
      for (const id of removed) listed.delete(id);
      return { isFull: link === undefined, listed, removed, totals, link: page.deltaLink };
    }
  }
}
