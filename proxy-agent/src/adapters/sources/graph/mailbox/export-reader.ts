import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { HttpReply } from '../client/http-sender.ts';
import { type ExportedItem, ExportParser } from './export-parser.ts';
import { exchangeHeaders, exportPath, type MailboxAccess } from './mailbox-api.ts';

/** What came of one id. */
export type ExportResult =
  | { readonly kind: 'data'; readonly data: Buffer }
  /** Not there any more: the next delta tells whether it moved or went. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'failed'; readonly error: AppError };

/** [Microsoft: mailbox-exportitems: at most 20 ids] */
export const exportItemsMax = 20;
/** By declared size; the answer holds a third more, as base64. */
export const exportBytesMax = 16 * 1024 * 1024;
/** A call that fails so often holds an item that cannot be given out. */
const triesMax = 5;
/** Largest item that is taken: Exchange Online's own limit is 150 MB. */
const itemMaxBytes = 192 * 1024 * 1024;

/**
 * Exports items of one mailbox. A call that keeps failing is halved until the
 * item that the service cannot give out stands alone: that one fails, the others
 * are read.
 */
export async function exportItems(
  access: MailboxAccess,
  itemIds: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, ExportResult>> {
  try {
    return await exportOnce(access, itemIds, signal);
  } catch (error) {
    if (!isAboutItems(error)) throw error;
    const [only] = itemIds;
    if (itemIds.length === 1 && only !== undefined) {
      return new Map([[only, { kind: 'failed', error }]]);
    }
    const half = Math.ceil(itemIds.length / 2);
    const first = await exportItems(access, itemIds.slice(0, half), signal);
    const second = await exportItems(access, itemIds.slice(half), signal);
    return new Map([...first, ...second]);
  }
}

/** Not the mailbox or the network: a server error that stayed, or an unreadable answer. */
function isAboutItems(error: unknown): error is AppError {
  if (!isAppError(error)) return false;
  if (error.code === 'E_SOURCE_UNAVAILABLE') {
    return error.context['status'] === 500 || error.context['status'] === 504;
  }
  return ['E_SOURCE_PROTOCOL', 'E_SOURCE_ITEM_TOO_LARGE', 'E_SOURCE_ITEM_UNREADABLE'].includes(
    error.code,
  );
}

async function exportOnce(
  access: MailboxAccess,
  itemIds: readonly string[],
  signal: AbortSignal,
): Promise<Map<string, ExportResult>> {
  const results = new Map<string, ExportResult>();
  const read = (reply: HttpReply) => readAnswer(reply, results);
  const call = { method: 'POST', repeatable: true, signal } as const;
  const attempt = async () => {
    // What arrived before an answer broke off is not asked for again.
    const open = itemIds.filter((id) => !results.has(id));
    if (open.length === 0) return;
    await access.client.streamOnce(
      {
        method: 'POST',
        path: exportPath(access.mailboxId),
        what: 'export items',
        lane: access.lane,
        headers: exchangeHeaders(),
        json: { itemIds: open },
        signal,
      },
      read,
    );
  };
  await access.client.retrying(call, attempt, triesMax);
  for (const id of itemIds) if (!results.has(id)) results.set(id, unanswered());
  return results;
}

async function readAnswer(reply: HttpReply, results: Map<string, ExportResult>): Promise<void> {
  const parser = new ExportParser({ itemMaxBytes });
  try {
    for await (const piece of reply.body) {
      for (const item of parser.push(piece)) results.set(item.itemId, resultOf(item));
    }
    parser.end();
  } finally {
    parser.discard();
  }
}

const goneCodes: ReadonlySet<string> = new Set(['erroritemnotfound', 'itemnotfound']);

function resultOf(item: ExportedItem): ExportResult {
  if ('data' in item) return { kind: 'data', data: item.data };
  if (goneCodes.has(item.code.toLowerCase())) return { kind: 'gone' };
  const message = `the service gave no data of the item (${item.code})`;
  const context = { serviceCode: item.code };
  return { kind: 'failed', error: new AppError('E_SOURCE_ITEM_UNREADABLE', message, { context }) };
}

function unanswered(): ExportResult {
  const message = 'the export answer says nothing about the item';
  return { kind: 'failed', error: new AppError('E_SOURCE_PROTOCOL', message) };
}
