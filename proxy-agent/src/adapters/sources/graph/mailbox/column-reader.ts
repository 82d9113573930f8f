import { type BatchPart, batchPartsMax, partBody } from '../client/batch.ts';
import type { GraphReply } from '../client/graph-client.ts';
import { isRecord, recordsAt, textAt } from '../client/json-value.ts';
import { decodeColumns, hasColumns, type ItemColumns } from './columns.ts';
import type { ListedItem } from './item-row.ts';
import {
  exchangeHeaders,
  itemPath,
  itemsPath,
  type MailboxAccess,
  pageSize,
} from './mailbox-api.ts';

/** An item to be read, with what is shown of it. */
export interface DescribedItem {
  readonly item: ListedItem;
  readonly columns: ItemColumns;
}

/** From so many items of a page on, a page of the folder's list is cheaper than calls by item. */
const listFrom = 3;

interface Cursor {
  /** Where the folder's list goes on; undefined: at its end, or given up. */
  next: string | undefined;
  /** Columns of listed items that the delta has not named yet. */
  readonly ahead: Map<string, ItemColumns>;
}

/** Listed rows kept per folder while the delta names items in another order. */
const aheadMax = 5 * pageSize;

/**
 * Finds the columns of items that a delta named; delta itself documents no
 * $expand. While a folder is enumerated, its list is read beside the delta, page
 * by page; what the list does not show in time, and all items of incremental
 * sessions, are asked for one by one, in batches.
 */
export class ColumnReader {
  readonly #access: MailboxAccess;
  readonly #cursors = new Map<string, Cursor>();

  constructor(access: MailboxAccess) {
    this.#access = access;
  }

  /** The folder is enumerated from its beginning: its list is worth reading. */
  startFolder(folderId: string): void {
    this.#cursors.set(folderId, {
      next: itemsPath(this.#access.mailboxId, folderId),
      ahead: new Map(),
    });
  }

  endFolder(folderId: string): void {
    this.#cursors.delete(folderId);
  }

  /** In the given order. An item that cannot be described keeps empty columns. */
  async describe(items: readonly ListedItem[], signal: AbortSignal): Promise<DescribedItem[]> {
    const found = new Map<string, ItemColumns>();
    await this.#fromLists(items, found, signal);
    const rest = items.filter(({ itemId }) => !found.has(itemId));
    await this.#oneByOne(rest, found, signal);
    return items.map((item) => ({ item, columns: found.get(item.itemId) ?? {} }));
  }

  async #fromLists(
    items: readonly ListedItem[],
    found: Map<string, ItemColumns>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const item of items) this.#takeAhead(item, found);
    for (;;) {
      const lacking = items.filter(({ itemId }) => !found.has(itemId));
      const byFolder = Map.groupBy(lacking, ({ folderId }) => folderId);
      const open = [...byFolder].filter(([id, lacks]) => this.#isListWorth(id, lacks.length));
      if (open.length === 0) return;
      const folderIds = open.map(([id]) => id);
      const parts = folderIds.map((id) => this.#part(this.#cursors.get(id)?.next ?? ''));
      const replies = await this.#send(parts, 'list items', signal);
      for (const [index, folderId] of folderIds.entries()) this.#takePage(folderId, replies[index]);
      for (const item of lacking) this.#takeAhead(item, found);
      for (const folderId of folderIds) this.#giveUpIfUseless(folderId);
    }
  }

  #isListWorth(folderId: string, lackingCount: number): boolean {
    return this.#cursors.get(folderId)?.next !== undefined && lackingCount >= listFrom;
  }

  #takeAhead({ folderId, itemId }: ListedItem, found: Map<string, ItemColumns>): void {
    const ahead = this.#cursors.get(folderId)?.ahead;
    const columns = ahead?.get(itemId);
    if (columns === undefined) return;
    found.set(itemId, columns);
    ahead?.delete(itemId);
  }

  #takePage(folderId: string, reply: GraphReply | undefined): void {
    const cursor = this.#cursors.get(folderId);
    if (cursor === undefined || reply === undefined) return;
    cursor.next = undefined;
    if (reply.status >= 300 || !isRecord(reply.body)) return;
    cursor.next = textAt(reply.body, '@odata.nextLink');
    for (const entry of recordsAt(reply.body, 'value')) {
      const id = textAt(entry, 'id');
      if (id !== undefined && hasColumns(entry)) cursor.ahead.set(id, decodeColumns(entry));
    }
  }

  /** List and delta run in orders that are too different: item calls bound memory. */
  #giveUpIfUseless(folderId: string): void {
    const ahead = this.#cursors.get(folderId)?.ahead.size ?? 0;
    if (ahead > aheadMax) this.#cursors.delete(folderId);
  }

  async #oneByOne(
    items: readonly ListedItem[],
    found: Map<string, ItemColumns>,
    signal: AbortSignal,
  ): Promise<void> {
    for (let at = 0; at < items.length; at += batchPartsMax) {
      const group = items.slice(at, at + batchPartsMax);
      const paths = group.map(({ folderId, itemId }) =>
        itemPath(this.#access.mailboxId, folderId, itemId),
      );
      const replies = await this.#send(
        paths.map((path) => this.#part(path)),
        'read items',
        signal,
      );
      for (const [index, { itemId }] of group.entries()) {
        const columns = this.#columnsOf(replies[index]);
        if (columns !== undefined) found.set(itemId, columns);
      }
    }
  }

  #columnsOf(reply: GraphReply | undefined): ItemColumns | undefined {
    if (reply === undefined || reply.status >= 300) return undefined;
    return decodeColumns(partBody(this.#access.client, reply, 'read item'));
  }

  #part(path: string): BatchPart {
    return { path, headers: exchangeHeaders() };
  }

  #send(parts: readonly BatchPart[], what: string, signal: AbortSignal): Promise<GraphReply[]> {
    return this.#access.batches.send(parts, { lane: this.#access.lane, what, signal });
  }
}
