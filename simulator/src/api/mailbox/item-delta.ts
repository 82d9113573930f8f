import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox, RemovedItem } from '../../domain/mailbox/mailbox.ts';
import { ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { compileFilter } from '../core/odata-filter.ts';
import { project } from '../core/odata-options.ts';
import { contextUrl } from '../core/page-link.ts';
import { checkDeltaFilter, openRound, readDeltaPage } from '../mail/delta-round.ts';
import type { MailContext } from '../mail/mail-context.ts';
import { folderOf, laneOfMailbox, mailboxById, wantsImmutable } from '../mail/mail-scope.ts';
import { ITEM_FILTER, ITEM_PROPERTIES, itemView } from './mailbox-view.ts';

/** `…/folders/{id}/items/delta`: no `$expand` is documented, so none is taken. */
export function mailboxItemDeltaRoute(context: MailContext): GraphRoute {
  return {
    method: 'GET',
    pattern: '/admin/exchange/mailboxes/{mailbox}/folders/{folder}/items/delta()',
    permissions: ['MailboxItem.Read.All'],
    query: ['$select', '$top', '$filter', '$orderby', '$skiptoken', '$deltatoken'],
    lane: laneOfMailbox(context),
    handle: (call) => {
      const mailbox = mailboxById(context, call);
      const folder = folderOf(mailbox, call.param('folder'));
      checkDeltaFilter(call.options);
      const scope = `items:${mailbox.parts.guid}:${folder.key}`;
      const round = openRound(context, call, { scope, lastSeq: mailbox.lastSeq });
      const source = deltaSource(call, mailbox, { folderKey: folder.key, filter: round.filter });
      const page = readDeltaPage(context, call, { round, ...source });
      const immutable = wantsImmutable(call);
      return ok({
        '@odata.context': contextUrl(call, 'Collection(mailboxItem)'),
        ...page.link,
        value: page.entries.map(({ live, removed }) =>
          live
            ? project(itemView(mailbox, live, immutable), round.select, ITEM_PROPERTIES)
            : {
                '@odata.type': '#microsoft.graph.mailboxItem',
                id: mailbox.itemId(removed, immutable),
                '@removed': { reason: 'deleted' },
              },
        ),
      });
    },
  };
}

/**
 * What a folder's delta is read from. With immutable ids an item that left and came back is only
 * there: its departure has the id of what is alive.
 */
export function deltaSource(
  call: GraphCall,
  mailbox: Mailbox,
  { folderKey, filter }: { folderKey: number; filter: string | undefined },
): { live: Iterable<MailItem>; removed: Iterable<RemovedItem>; lastSeq: number } {
  const { live, removed } = mailbox.content(folderKey);
  const immutable = wantsImmutable(call);
  const isGone = (entry: RemovedItem): boolean => !immutable || !live.has(entry.key);
  const items = [...live.values()];
  return {
    live: filter === undefined ? items : items.filter(compileFilter(filter, ITEM_FILTER)),
    removed: removed.filter(isGone),
    lastSeq: mailbox.lastSeq,
  };
}
