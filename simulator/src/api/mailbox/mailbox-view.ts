import type { MailFolder } from '../../domain/mailbox/mail-folder.ts';
import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import type { FilterProperties } from '../core/odata-filter.ts';
import { graphTime } from '../mail/extended-properties.ts';

/** What a mailboxFolder shows [Microsoft: mailboxfolder]. */
export const FOLDER_PROPERTIES: ReadonlySet<string> = new Set([
  'id',
  'displayName',
  'parentFolderId',
  'parentMailboxUrl',
  'childFolderCount',
  'totalItemCount',
  'wellKnownName',
  'type',
]);

/** What a mailboxItem shows [Microsoft: mailboxitem]. */
export const ITEM_PROPERTIES: ReadonlySet<string> = new Set([
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'categories',
  'type',
  'size',
]);

export function folderView(
  mailbox: Mailbox,
  folder: MailFolder,
  root: string,
): Record<string, unknown> {
  return {
    '@odata.type': '#microsoft.graph.mailboxFolder',
    id: mailbox.folderId(folder.key),
    displayName: folder.displayName,
    parentFolderId: folder.parentKey === null ? null : mailbox.folderId(folder.parentKey),
    parentMailboxUrl: `${root}/admin/exchange/mailboxes/${mailbox.mailboxId}`,
    childFolderCount: mailbox.folders.children(folder.key).length,
    totalItemCount: mailbox.content(folder.key).live.size,
    wellKnownName: folder.wellKnownName,
    type: folder.folderClass,
  };
}

export function itemView(
  mailbox: Mailbox,
  item: MailItem,
  immutable: boolean,
): Record<string, unknown> {
  const changeKey = mailbox.changeKey(item);
  return {
    '@odata.type': '#microsoft.graph.mailboxItem',
    '@odata.etag': `W/"${changeKey}"`,
    id: mailbox.itemId(item, immutable),
    createdDateTime: graphTime(item.createdMs),
    lastModifiedDateTime: graphTime(item.modifiedMs),
    changeKey,
    categories: item.props.categories,
    type: item.props.itemClass,
    size: item.sizeBytes,
  };
}

/** What `$filter` may name on folders. */
export const FOLDER_FILTER: FilterProperties<MailFolder> = {
  displayname: (folder) => folder.displayName,
  wellknownname: (folder) => folder.wellKnownName,
  type: (folder) => folder.folderClass,
};

/** What `$filter` may name on items: times are compared at full precision. */
export const ITEM_FILTER: FilterProperties<MailItem> = {
  createddatetime: (item) => item.createdMs,
  lastmodifieddatetime: (item) => item.modifiedMs,
  receiveddatetime: (item) => item.props.receivedMs,
  type: (item) => item.props.itemClass,
  size: (item) => item.sizeBytes,
};
