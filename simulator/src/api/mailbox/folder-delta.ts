import type { FolderTree } from '../../domain/mailbox/folder-tree.ts';
import type { MailFolder } from '../../domain/mailbox/mail-folder.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import type { ApiResponse } from '../core/api-message.ts';
import { ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { project } from '../core/odata-options.ts';
import { contextUrl } from '../core/page-link.ts';
import { openRound, readDeltaPage } from '../mail/delta-round.ts';
import type { MailContext } from '../mail/mail-context.ts';
import { folderOf, laneOfMailbox, mailboxById } from '../mail/mail-scope.ts';
import { FOLDER_PROPERTIES, folderView } from './mailbox-view.ts';

const STEM = '/admin/exchange/mailboxes/{mailbox}/folders';

/** `folders/delta`: the whole tree; `folders/{id}/childFolders/delta`: what lies below one folder. */
export function mailboxFolderDeltaRoutes(context: MailContext): readonly GraphRoute[] {
  const shared = {
    method: 'GET' as const,
    permissions: ['MailboxFolder.Read.All', 'MailboxFolder.ReadWrite.All'],
    query: ['$select', '$top', '$skiptoken', '$deltatoken'],
    lane: laneOfMailbox(context),
  };
  return [
    {
      ...shared,
      pattern: `${STEM}/delta()`,
      handle: (call) => {
        const mailbox = mailboxById(context, call);
        return answer(context, call, { mailbox, parentKey: mailbox.folders.rootKey });
      },
    },
    {
      ...shared,
      pattern: `${STEM}/{folder}/childFolders/delta()`,
      handle: (call) => {
        const mailbox = mailboxById(context, call);
        const parentKey = folderOf(mailbox, call.param('folder')).key;
        return answer(context, call, { mailbox, parentKey });
      },
    },
  ];
}

function answer(
  context: MailContext,
  call: GraphCall,
  { mailbox, parentKey }: { mailbox: Mailbox; parentKey: number },
): ApiResponse {
  const { folders, lastSeq } = mailbox;
  const scope = `folders:${mailbox.parts.guid}:${parentKey}`;
  const round = openRound(context, call, { scope, lastSeq });
  const [live, elsewhere] = split(folders, parentKey);
  const removed = [...folders.removed(), ...elsewhere].sort((a, b) => a.seq - b.seq);
  const page = readDeltaPage(context, call, { round, live, removed, lastSeq });
  return ok({
    '@odata.context': contextUrl(call, 'Collection(mailboxFolder)'),
    ...page.link,
    value: page.entries.map(({ live: folder, removed }) =>
      folder
        ? project(folderView(mailbox, folder, call.root), round.select, FOLDER_PROPERTIES)
        : {
            '@odata.type': '#microsoft.graph.mailboxFolder',
            id: mailbox.folderId(removed.key),
            '@removed': { reason: 'deleted' },
          },
    ),
  });
}

/** What lies below a folder, and what changed elsewhere: it may have been below before. */
function split(
  folders: FolderTree,
  parentKey: number,
): readonly [inside: readonly MailFolder[], outside: readonly MailFolder[]] {
  const all = [...folders.live()].filter(({ key }) => key !== parentKey);
  const isInside = (folder: MailFolder): boolean => folders.isWithin(folder.key, parentKey);
  return [all.filter(isInside), all.filter((folder) => !isInside(folder))];
}
