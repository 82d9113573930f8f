import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest } from '../core/graph-error.ts';
import { compileFilter } from '../core/odata-filter.ts';
import { contextUrl } from '../core/page-link.ts';
import { countAnswer, pageBySkip } from '../core/paging.ts';
import { attachmentViews } from './attachment-view.ts';
import { expandedProperties, readExtended } from './extended-properties.ts';
import type { MailContext } from './mail-context.ts';
import { READ_MAIL } from './mail-permissions.ts';
import { folderOf, itemOf, laneOfUser, mailboxOfUser } from './mail-scope.ts';
import { MESSAGE_FILTER, messageView } from './message-view.ts';

const PAGE = { normal: 10, most: 1000 };
const LIST_QUERY = ['$select', '$filter', '$top', '$skip', '$orderby', '$count', '$expand'];

type ItemsOf = (call: GraphCall, mailbox: Mailbox) => readonly MailItem[];

/** Messages of a mailbox or a folder: list, count, get, MIME. */
export function messageReadRoutes(context: MailContext): readonly GraphRoute[] {
  const all: ItemsOf = (_call, mailbox) =>
    [...mailbox.folders.live()].flatMap(({ key }) => [...mailbox.content(key).live.values()]);
  const inFolder: ItemsOf = (call, mailbox) => {
    const folder = folderOf(mailbox, call.param('folder'));
    return [...mailbox.content(folder.key).live.values()];
  };
  return [
    ...listRoutes(context, '/users/{user}/messages', all),
    ...listRoutes(context, '/users/{user}/mailFolders/{folder}/messages', inFolder),
    ...itemRoutes(context, '/users/{user}/messages/{message}'),
    ...itemRoutes(context, '/users/{user}/mailFolders/{folder}/messages/{message}'),
  ];
}

function listRoutes(
  context: MailContext,
  pattern: string,
  itemsOf: ItemsOf,
): readonly GraphRoute[] {
  const shared = {
    method: 'GET' as const,
    permissions: READ_MAIL,
    lane: laneOfUser(context),
  };
  return [
    {
      ...shared,
      pattern,
      query: LIST_QUERY,
      handle: (call) => listMessages(context, call, itemsOf),
    },
    {
      ...shared,
      pattern: `${pattern}/$count`,
      query: ['$filter'],
      handle: (call) =>
        countAnswer(selected(call, itemsOf(call, mailboxOfUser(context, call))).length),
    },
  ];
}

function itemRoutes(context: MailContext, pattern: string): readonly GraphRoute[] {
  const shared = {
    method: 'GET' as const,
    permissions: READ_MAIL,
    lane: laneOfUser(context),
  };
  return [
    {
      ...shared,
      pattern,
      query: ['$select', '$expand'],
      handle: (call) => getMessage(context, call),
    },
    {
      ...shared,
      pattern: `${pattern}/$value`,
      query: [],
      handle: async (call) => {
        const item = itemOf(mailboxOfUser(context, call), call.param('message'));
        const bytes = await context.contents.read(item.content);
        return { status: 200, headers: { 'content-type': 'text/plain' }, bytes };
      },
    },
  ];
}

function selected(call: GraphCall, items: readonly MailItem[]): readonly MailItem[] {
  const { filter } = call.options;
  return filter === undefined ? items : items.filter(compileFilter(filter, MESSAGE_FILTER));
}

const ORDERS: Readonly<Record<string, (item: MailItem) => number | string>> = {
  receiveddatetime: ({ props }) => props.receivedMs,
  sentdatetime: ({ props }) => props.sentMs,
  createddatetime: (item) => item.createdMs,
  lastmodifieddatetime: (item) => item.modifiedMs,
  subject: ({ props }) => props.subject,
};

/** Newest first, unless the client wants another order. */
function ordered(call: GraphCall, items: readonly MailItem[]): readonly MailItem[] {
  const text = call.options.orderby ?? 'receivedDateTime desc';
  const [name = '', direction = 'asc', ...rest] = text.trim().split(/\s+/);
  const value = ORDERS[name.toLowerCase()];
  if (!value || rest.length > 0 || !/^(?:asc|desc)$/i.test(direction)) {
    throw badRequest(`The $orderby '${text}' is not supported here.`);
  }
  const sign = direction.toLowerCase() === 'desc' ? -1 : 1;
  return items.toSorted((a, b) => {
    const [left, right] = [value(a), value(b)];
    if (left === right) return a.key - b.key;
    return left < right ? -sign : sign;
  });
}

async function listMessages(
  context: MailContext,
  call: GraphCall,
  itemsOf: ItemsOf,
): Promise<ApiResponse> {
  const mailbox = mailboxOfUser(context, call);
  const page = pageBySkip(call, ordered(call, selected(call, itemsOf(call, mailbox))), PAGE);
  const value: unknown[] = [];
  for (const item of page.entries) value.push(await expandedView(context, call, { mailbox, item }));
  return ok({
    '@odata.context': contextUrl(call, `users('${mailbox.parts.userId}')/messages`),
    ...page.around,
    value,
  });
}

async function getMessage(context: MailContext, call: GraphCall): Promise<ApiResponse> {
  const mailbox = mailboxOfUser(context, call);
  const item = itemOf(mailbox, call.param('message'));
  return ok({
    '@odata.context': contextUrl(call, `users('${mailbox.parts.userId}')/messages/$entity`),
    ...(await expandedView(context, call, { mailbox, item })),
  });
}

async function expandedView(
  context: MailContext,
  call: GraphCall,
  { mailbox, item }: { mailbox: Mailbox; item: MailItem },
): Promise<Record<string, unknown>> {
  const { select, expand } = call.options;
  const view = await messageView(context, call, { mailbox, item, select });
  if (expand === undefined) return view;
  if (/^attachments$/i.test(expand.trim())) {
    return { ...view, attachments: await attachmentViews(context, { mailbox, item }) };
  }
  const extended = readExtended(item, expandedProperties(expand));
  return extended.length === 0 ? view : { ...view, singleValueExtendedProperties: extended };
}
