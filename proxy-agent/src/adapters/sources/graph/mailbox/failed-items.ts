import type { KnownState } from '../../../../ports/source.ts';
import { batchPartsMax, partBody } from '../client/batch.ts';
import type { DescribedItem } from './column-reader.ts';
import { decodeColumns } from './columns.ts';
import { decodeListedItem } from './item-row.ts';
import { exchangeHeaders, itemPath, type MailboxAccess } from './mailbox-api.ts';

export interface FailedItem {
  readonly itemId: string;
  readonly folderId: string;
}

export interface FoundItem extends FailedItem {
  /** undefined: not in that folder any more. */
  readonly described: DescribedItem | undefined;
}

/**
 * The items that are not stored at their newest state: those that the catalog
 * marks, and those that the sync state remembers by folder.
 */
export async function failedBefore(
  known: KnownState,
  remembered: ReadonlyMap<string, string>,
): Promise<FailedItem[]> {
  const folders = new Map(remembered);
  for await (const itemId of known.failedItems()) {
    const stored = await known.item(itemId);
    if (stored !== undefined) folders.set(itemId, stored.folderId);
  }
  return [...folders].map(([itemId, folderId]) => ({ itemId, folderId }));
}

/** Asks for the present state of items, in batches. */
export async function* readAgain(
  access: MailboxAccess,
  items: readonly FailedItem[],
  signal: AbortSignal,
): AsyncGenerator<FoundItem> {
  for (let at = 0; at < items.length; at += batchPartsMax) {
    const group = items.slice(at, at + batchPartsMax);
    const parts = group.map(({ folderId, itemId }) => ({
      path: itemPath(access.mailboxId, folderId, itemId),
      headers: exchangeHeaders(),
    }));
    const what = 'read failed items';
    const replies = await access.batches.send(parts, { lane: access.lane, what, signal });
    for (const [index, item] of group.entries()) {
      const reply = replies[index];
      if (reply === undefined || reply.status === 404) yield { ...item, described: undefined };
      else {
        const body = partBody(access.client, reply, what);
        const described = {
          item: decodeListedItem(body, item.folderId),
          columns: decodeColumns(body),
        };
        yield { ...item, described };
      }
    }
  }
}
