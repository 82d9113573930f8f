import { encodeItemStream } from '../../app/mail/item-stream.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import type { ApiResponse } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest } from '../core/graph-error.ts';
import { contextUrl } from '../core/page-link.ts';
import type { MailContext } from '../mail/mail-context.ts';
import { laneOfMailbox, mailboxById } from '../mail/mail-scope.ts';

const IDS_MAX = 20;

/** `exportItems`: at most 20 ids; what cannot be exported is told per item, the call succeeds. */
export function exportItemsRoute(context: MailContext): GraphRoute {
  return {
    method: 'POST',
    pattern: '/admin/exchange/mailboxes/{mailbox}/exportItems()',
    permissions: ['MailboxItem.Export.All', 'MailboxItem.ImportExport.All'],
    query: [],
    lane: laneOfMailbox(context),
    handle: async (call) => {
      const mailbox = mailboxById(context, call);
      const { itemIds, ...others } = await call.readJson();
      checkNoOthers(others);
      const ids = readIds(itemIds);
      return call.batched
        ? { status: 200, json: await wholeAnswer(context, call, { mailbox, ids }) }
        : streamedAnswer(context, call, { mailbox, ids });
    },
  };
}

interface ExportWork {
  readonly mailbox: Mailbox;
  readonly ids: readonly string[];
}

/** An action takes its own parameters only [OData 4.01, 11.5.5.1]. */
function checkNoOthers(others: Readonly<Record<string, unknown>>): void {
  const [unknown] = Object.keys(others).filter((name) => !name.startsWith('@'));
  if (unknown === undefined) return;
  throw badRequest(
    `The parameter '${unknown}' in the request payload is not a valid parameter for the operation 'exportItems'.`,
  );
}

function readIds(value: unknown): readonly string[] {
  if (!Array.isArray(value) || value.length === 0 || value.some((id) => typeof id !== 'string')) {
    throw badRequest(
      'The itemIds must be a non-empty collection of strings.',
      'ErrorInvalidArgument',
    );
  }
  if (value.length > IDS_MAX) {
    throw badRequest(
      `The number of itemIds exceeds the maximum of ${IDS_MAX}.`,
      'ErrorInvalidArgument',
    );
  }
  return value as string[];
}

function contextOf(call: GraphCall): string {
  return contextUrl(call, 'Collection(microsoft.graph.exportItemResponse)');
}

async function wholeAnswer(
  context: MailContext,
  call: GraphCall,
  { mailbox, ids }: ExportWork,
): Promise<unknown> {
  const value: unknown[] = [];
  for (const id of ids) value.push(await exportOne(context, mailbox, id));
  return { '@odata.context': contextOf(call), value };
}

/** One item in memory at a time. */
function streamedAnswer(context: MailContext, call: GraphCall, work: ExportWork): ApiResponse {
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(`{"@odata.context":${JSON.stringify(contextOf(call))},"value":[`, 'utf8');
    for (const [i, id] of work.ids.entries()) {
      const text = JSON.stringify(await exportOne(context, work.mailbox, id));
      yield Buffer.from(i === 0 ? text : `,${text}`, 'utf8');
    }
    yield Buffer.from(']}', 'utf8');
  };
  return { status: 200, headers: { 'content-type': 'application/json' }, stream: pieces() };
}

async function exportOne(context: MailContext, mailbox: Mailbox, id: string): Promise<unknown> {
  const item = mailbox.findItem(id);
  if (!item) {
    const isWellFormed = /^[\w-]{40,}={0,2}$/.test(id);
    const error = isWellFormed
      ? { code: 'ErrorItemNotFound', message: 'The specified object was not found in the store.' }
      : { code: 'ErrorInvalidIdMalformed', message: 'Id is malformed.' };
    return { itemId: id, error };
  }
  const mime = await context.contents.read(item.content);
  const stream = encodeItemStream({ props: item.props, mime }, context.hasher);
  return {
    itemId: id,
    changeKey: mailbox.changeKey(item),
    data: Buffer.from(stream).toString('base64'),
  };
}
