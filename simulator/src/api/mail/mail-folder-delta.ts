import { ok } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { project } from '../core/odata-options.ts';
import { contextUrl } from '../core/page-link.ts';
import { openRound, readDeltaPage } from './delta-round.ts';
import type { MailContext } from './mail-context.ts';
import { isMailFolder, MAIL_FOLDER_PROPERTIES, mailFolderView } from './mail-folder-view.ts';
import { READ_MAIL } from './mail-permissions.ts';
import { laneOfUser, mailboxOfUser } from './mail-scope.ts';

/** `mailFolders/delta`: the whole tree of mail folders, flat. */
export function mailFolderDeltaRoutes(context: MailContext): readonly GraphRoute[] {
  return [
    {
      method: 'GET',
      pattern: '/users/{user}/mailFolders/delta()',
      permissions: READ_MAIL,
      query: ['$select', '$top', '$skiptoken', '$deltatoken', 'includeHiddenFolders'],
      lane: laneOfUser(context),
      handle: (call) => {
        const mailbox = mailboxOfUser(context, call);
        const { folders, lastSeq } = mailbox;
        const scope = `mailfolders:${mailbox.parts.guid}`;
        const round = openRound(context, call, { scope, lastSeq });
        const live = [...folders.live()].filter(
          (folder) => isMailFolder(folder) && folder.parentKey !== null,
        );
        const work = { round, live, removed: folders.removed(), lastSeq };
        const page = readDeltaPage(context, call, work);
        return ok({
          '@odata.context': contextUrl(call, 'Collection(mailFolder)'),
          ...page.link,
          value: page.entries.map(({ live: folder, removed }) =>
            folder
              ? project(mailFolderView(mailbox, folder), round.select, MAIL_FOLDER_PROPERTIES)
              : { id: mailbox.folderId(removed.key), '@removed': { reason: 'deleted' } },
          ),
        });
      },
    },
  ];
}
