import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { notFound } from '../core/graph-error.ts';
import { compileFilter } from '../core/odata-filter.ts';
import { project } from '../core/odata-options.ts';
import { contextUrl } from '../core/page-link.ts';
import { countAnswer, pageBySkip } from '../core/paging.ts';
import { expandedProperties, readExtended } from '../mail/extended-properties.ts';
import type { MailContext } from '../mail/mail-context.ts';
import {
  folderOf,
  itemOf,
  laneOfMailbox,
  mailboxById,
  wantsImmutable,
} from '../mail/mail-scope.ts';
import { ITEM_FILTER, ITEM_PROPERTIES, itemView } from './mailbox-view.ts';

const STEM = '/admin/exchange/mailboxes/{mailbox}/folders/{folder}/items';
const PAGE = { normal: 10, most: 1000 };

/** `…/folders/{id}/items`: list, count and get; the properties that browsing needs by $expand. */
export function mailboxItemRoutes(context: MailContext): readonly GraphRoute[] {
  const shared = {
    method: 'GET' as const,
    permissions: ['MailboxItem.Read.All'],
    lane: laneOfMailbox(context),
  };
  return [
    {
      ...shared,
      pattern: STEM,
      query: ['$select', '$filter', '$top', '$skip', '$count', '$expand'],
      handle: (call) => listItems(call, mailboxById(context, call)),
    },
    {
      ...shared,
      pattern: `${STEM}/$count`,
      query: ['$filter'],
      handle: (call) => countAnswer(selectItems(call, mailboxById(context, call)).length),
    },
    {
      ...shared,
      pattern: `${STEM}/{item}`,
      query: ['$select', '$expand'],
      handle: (call) => getItem(call, mailboxById(context, call)),
    },
  ];
}

function selectItems(call: GraphCall, mailbox: Mailbox): readonly MailItem[] {
  const folder = folderOf(mailbox, call.param('folder'));
  const items = [...mailbox.content(folder.key).live.values()].reverse();
  const { filter } = call.options;
  return filter === undefined ? items : items.filter(compileFilter(filter, ITEM_FILTER));
}

function listItems(call: GraphCall, mailbox: Mailbox): ApiResponse {
  const ids = expandedProperties(call.options.expand);
  const page = pageBySkip(call, selectItems(call, mailbox), PAGE);
  const stem = `admin/exchange/mailboxes/${mailbox.mailboxId}/folders`;
  return ok({
    '@odata.context': contextUrl(call, `${stem}('${call.param('folder')}')/items`),
    ...page.around,
    value: page.entries.map((item) => view(call, mailbox, { item, ids })),
  });
}

function getItem(call: GraphCall, mailbox: Mailbox): ApiResponse {
  const folder = folderOf(mailbox, call.param('folder'));
  const item = itemOf(mailbox, call.param('item'));
  if (item.folderKey !== folder.key) {
    throw notFound('ErrorItemNotFound', 'The specified object was not found in the store.');
  }
  const stem = `admin/exchange/mailboxes/${mailbox.mailboxId}/folders`;
  const ids = expandedProperties(call.options.expand);
  return ok({
    '@odata.context': contextUrl(call, `${stem}('${call.param('folder')}')/items/$entity`),
    ...view(call, mailbox, { item, ids }),
  });
}

function view(
  call: GraphCall,
  mailbox: Mailbox,
  { item, ids }: { item: MailItem; ids: readonly string[] },
): Record<string, unknown> {
  const shown = itemView(mailbox, item, wantsImmutable(call));
  const chosen = project(shown, call.options.select, ITEM_PROPERTIES);
  const extended = readExtended(item, ids);
  return extended.length === 0 ? chosen : { ...chosen, singleValueExtendedProperties: extended };
}
