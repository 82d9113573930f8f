import type { MailFolder } from '../../domain/mailbox/mail-folder.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import type { FilterProperties } from '../core/odata-filter.ts';

/** What a mailFolder shows [Microsoft: mailfolder]. */
export const MAIL_FOLDER_PROPERTIES: ReadonlySet<string> = new Set([
  'id',
  'displayName',
  'parentFolderId',
  'childFolderCount',
  'unreadItemCount',
  'totalItemCount',
  'isHidden',
]);

export const MAIL_FOLDER_FILTER: FilterProperties<MailFolder> = {
  displayname: (folder) => folder.displayName,
  ishidden: (folder) => folder.isHidden,
};

/** Calendars, contacts and tasks are no mail folders. */
export function isMailFolder(folder: MailFolder): boolean {
  return folder.folderClass === 'IPF.Note' || folder.folderClass.startsWith('IPF.Note.');
}

export function mailFolderView(mailbox: Mailbox, folder: MailFolder): Record<string, unknown> {
  const items = mailbox.content(folder.key).live;
  let unread = 0;
  for (const { props } of items.values()) unread += props.isRead ? 0 : 1;
  return {
    ...(folder.isSearch
      ? {
          '@odata.type': '#microsoft.graph.mailSearchFolder',
          isSupported: true,
          filterQuery: 'isRead eq false',
        }
      : {}),
    id: mailbox.folderId(folder.key),
    displayName: folder.displayName,
    parentFolderId: folder.parentKey === null ? null : mailbox.folderId(folder.parentKey),
    childFolderCount: mailbox.folders.children(folder.key).filter(isMailFolder).length,
    unreadItemCount: unread,
    totalItemCount: items.size,
    isHidden: folder.isHidden,
  };
}
