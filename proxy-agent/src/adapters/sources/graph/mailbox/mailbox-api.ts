import type { BatchSender } from '../client/batch.ts';
import type { GraphClient } from '../client/graph-client.ts';
import { graphPath, withQuery } from '../client/graph-url.ts';
import { recordOf, requiredTextAt } from '../client/json-value.ts';
import type { Lane } from '../client/lane.ts';
import { columnExpansion } from './columns.ts';

/** One mailbox of one organization: everything its calls have in common. */
export interface MailboxAccess {
  readonly client: GraphClient;
  readonly batches: BatchSender;
  readonly lane: Lane;
  readonly mailboxId: string;
  readonly onNote: (note: string) => void;
}

/** Sent with every request to Exchange: ids survive moves inside the mailbox. */
export const immutableIds = 'IdType="ImmutableId"';

/** Rows of a page: with 20 folders in a batch, 4,000 rows are in memory at most. */
export const pageSize = 200;

export function exchangeHeaders(maxPageSize?: number): Readonly<Record<string, string>> {
  const paging = maxPageSize === undefined ? '' : `, odata.maxpagesize=${maxPageSize}`;
  return { prefer: `${immutableIds}${paging}` };
}

function mailboxPath(mailboxId: string, ...segments: readonly string[]): string {
  return graphPath('admin', 'exchange', 'mailboxes', mailboxId, ...segments);
}

/** Of a user's settings; holds the id of the primary mailbox. */
export function exchangeSettingsPath(userId: string): string {
  return graphPath('users', userId, 'settings', 'exchange');
}

export function mailboxIdOf(body: unknown): string {
  const what = "the user's Exchange settings";
  return requiredTextAt(recordOf(body, what), 'primaryMailboxId', what);
}

/** [Microsoft: mailboxfolder-delta: $select only, page size by Prefer] */
export function foldersDeltaPath(mailboxId: string): string {
  return withQuery(mailboxPath(mailboxId, 'folders', 'delta'), {
    $select: 'displayName,parentFolderId,type,wellKnownName,totalItemCount',
  });
}

/** [Microsoft: mailboxitem-delta: $select and $top, no $expand] */
export function itemsDeltaPath(mailboxId: string, folderId: string): string {
  return withQuery(mailboxPath(mailboxId, 'folders', folderId, 'items', 'delta'), {
    $select: 'changeKey,createdDateTime,lastModifiedDateTime,categories,type,size',
  });
}

/** A page of items with the columns for browsing. [Microsoft: mailboxfolder-list-items] */
export function itemsPath(mailboxId: string, folderId: string, filter?: string): string {
  return withQuery(mailboxPath(mailboxId, 'folders', folderId, 'items'), {
    $filter: filter,
    $select: 'id,changeKey,size,type,createdDateTime',
    $expand: columnExpansion,
    $top: pageSize,
  });
}

/** One item with the columns for browsing. [Microsoft: mailboxitem-get] */
export function itemPath(mailboxId: string, folderId: string, itemId: string): string {
  return withQuery(mailboxPath(mailboxId, 'folders', folderId, 'items', itemId), {
    $select: 'id,changeKey,createdDateTime,lastModifiedDateTime,categories,type,size',
    $expand: columnExpansion,
  });
}

export function exportPath(mailboxId: string): string {
  return mailboxPath(mailboxId, 'exportItems');
}

export function importSessionPath(mailboxId: string): string {
  return mailboxPath(mailboxId, 'createImportSession');
}

/** Where a folder is created: below another, or at the top. [Microsoft: mailbox-post-folders] */
export function childFoldersPath(mailboxId: string, parentId: string | undefined): string {
  return parentId === undefined
    ? mailboxPath(mailboxId, 'folders')
    : mailboxPath(mailboxId, 'folders', parentId, 'childFolders');
}
