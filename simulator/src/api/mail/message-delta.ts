import { ok } from '../core/api-message.ts';
import type { GraphRoute } from '../core/graph-call.ts';
import { badRequest } from '../core/graph-error.ts';
import { contextUrl } from '../core/page-link.ts';
import { deltaSource } from '../mailbox/item-delta.ts';
import { checkDeltaFilter, openRound, readDeltaPage } from './delta-round.ts';
import type { MailContext } from './mail-context.ts';
import { READ_MAIL } from './mail-permissions.ts';
import { folderOf, laneOfUser, mailboxOfUser, wantsImmutable } from './mail-scope.ts';
import { messageView } from './message-view.ts';

/** `mailFolders/{id}/messages/delta`: changes of one folder. */
export function messageDeltaRoute(context: MailContext): GraphRoute {
  return {
    method: 'GET',
    pattern: '/users/{user}/mailFolders/{folder}/messages/delta()',
    permissions: READ_MAIL,
    query: ['$select', '$top', '$filter', '$orderby', '$skiptoken', '$deltatoken', 'changeType'],
    lane: laneOfUser(context),
    handle: async (call) => {
      const mailbox = mailboxOfUser(context, call);
      const folder = folderOf(mailbox, call.param('folder'));
      checkDeltaFilter(call.options);
      if (call.options.get('changeType') !== undefined) {
        throw badRequest('changeType is not supported by this tenant.');
      }
      const scope = `messages:${mailbox.parts.guid}:${folder.key}`;
      const round = openRound(context, call, { scope, lastSeq: mailbox.lastSeq });
      const source = deltaSource(call, mailbox, { folderKey: folder.key, filter: round.filter });
      const page = readDeltaPage(context, call, { round, ...source });
      const value: unknown[] = [];
      for (const { live: item, removed } of page.entries) {
        const { select } = round;
        const view = item
          ? await messageView(context, call, { mailbox, item, select })
          : {
              id: mailbox.itemId(removed, wantsImmutable(call)),
              '@removed': { reason: 'deleted' },
            };
        value.push({ '@odata.type': '#microsoft.graph.message', ...view });
      }
      return ok({
        '@odata.context': contextUrl(call, 'Collection(message)'),
        ...page.link,
        value,
      });
    },
  };
}
