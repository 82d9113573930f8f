import { AppError, isAppError } from '@firn/shared/errors/app-error';
import { batchPartsMax, isGone, partBody } from '../client/batch.ts';
import type { GraphReply } from '../client/graph-client.ts';
import { type JsonRecord, requiredTextAt } from '../client/json-value.ts';
import { type DeltaPage, decodeDeltaPage, isRemoved } from '../client/page.ts';
import type { ColumnReader } from './column-reader.ts';
import { decodeListedItem, type ListedItem } from './item-row.ts';
import { exchangeHeaders, itemsDeltaPath, type MailboxAccess, pageSize } from './mailbox-api.ts';
import type { MailRounds } from './rounds.ts';

interface Cursor {
  readonly folderId: string;
  path: string;
  isFull: boolean;
  resets: number;
}

const resetsMax = 5;

/**
 * Follows the items' deltas of all folders, 20 folders in one HTTP request, and
 * tells the rounds what they say.
 */
export class ItemDeltas {
  readonly #access: MailboxAccess;
  readonly #rounds: MailRounds;
  readonly #columns: ColumnReader;
  /** Delta links as far as they were followed. */
  readonly links: Map<string, string>;
  /** Folders that a round has enumerated in full, or found gone; emptied by who takes them. */
  readonly enumerated = new Set<string>();
  readonly gone = new Set<string>();
  /** Folders whose token had died. */
  resetCount = 0;
  readonly #known = new Set<string>();

  constructor(
    access: MailboxAccess,
    engines: { readonly rounds: MailRounds; readonly columns: ColumnReader },
    links: ReadonlyMap<string, string>,
  ) {
    this.#access = access;
    this.#rounds = engines.rounds;
    this.#columns = engines.columns;
    this.links = new Map(links);
  }

  /** One round over the folders: pages of items to look at, at most 20 × 200 at a time. */
  async *round(
    folderIds: Iterable<string>,
    signal: AbortSignal,
  ): AsyncGenerator<readonly ListedItem[]> {
    const queue = [...folderIds].map((folderId) => this.#cursor(folderId));
    while (queue.length > 0) {
      const group = queue.splice(0, batchPartsMax);
      const replies = await this.#ask(group, signal);
      const items: ListedItem[] = [];
      for (const [index, cursor] of group.entries()) {
        const page = this.#pageOf(cursor, replies[index]);
        if (page === 'gone') continue;
        if (page !== 'reset') items.push(...this.#take(cursor, page));
        if (page === 'reset' || page.nextLink !== undefined) queue.unshift(cursor);
      }
      yield items;
    }
  }

  /** Stops following a folder that went away. */
  drop(folderId: string): void {
    this.#rounds.folderGone(folderId);
    this.#columns.endFolder(folderId);
    this.#known.delete(folderId);
    this.links.delete(folderId);
    this.gone.add(folderId);
  }

  #cursor(folderId: string): Cursor {
    const link = this.links.get(folderId);
    const isFull = link === undefined;
    if (!this.#known.has(folderId)) this.#rounds.enumerate(folderId);
    this.#known.add(folderId);
    if (isFull) this.#columns.startFolder(folderId);
    const path = link ?? itemsDeltaPath(this.#access.mailboxId, folderId);
    return { folderId, path, isFull, resets: 0 };
  }

  #ask(group: readonly Cursor[], signal: AbortSignal): Promise<GraphReply[]> {
    const headers = exchangeHeaders(pageSize);
    const parts = group.map(({ path }) => ({ path, headers }));
    const { lane } = this.#access;
    return this.#access.batches.send(parts, { lane, what: 'changes of folders', signal });
  }

  #pageOf(cursor: Cursor, reply: GraphReply | undefined): DeltaPage | 'reset' | 'gone' {
    if (reply === undefined) throw new AppError('E_INTERNAL', 'a part of a batch was not answered');
    try {
      const what = 'the delta of items';
      return decodeDeltaPage(partBody(this.#access.client, reply, what), what);
    } catch (error) {
      if (isGone(error)) {
        this.drop(cursor.folderId);
        return 'gone';
      }
      if (!isAppError(error, 'E_SOURCE_RESYNC') || cursor.resets >= resetsMax) throw error;
      this.#restart(cursor);
      return 'reset';
    }
  }

  #restart(cursor: Cursor): void {
    this.resetCount += 1;
    cursor.resets += 1;
    cursor.isFull = true;
    cursor.path = itemsDeltaPath(this.#access.mailboxId, cursor.folderId);
    this.links.delete(cursor.folderId);
    this.#rounds.enumerate(cursor.folderId);
    this.#columns.startFolder(cursor.folderId);
  }

  #take(cursor: Cursor, page: DeltaPage): ListedItem[] {
    const items = page.entries.flatMap((entry) => this.#takeEntry(cursor.folderId, entry));
    if (page.nextLink !== undefined) cursor.path = page.nextLink;
    if (page.deltaLink !== undefined) this.#finish(cursor, page.deltaLink);
    return items;
  }

  #takeEntry(folderId: string, entry: JsonRecord): ListedItem[] {
    if (isRemoved(entry)) {
      this.#rounds.removed(folderId, requiredTextAt(entry, 'id', 'a removed item'));
      return [];
    }
    const item = decodeListedItem(entry, folderId);
    const verdict = this.#rounds.changed(folderId, item.itemId, item.changeKey);
    return verdict === 'look' ? [item] : [];
  }

  #finish(cursor: Cursor, deltaLink: string): void {
    this.links.set(cursor.folderId, deltaLink);
    this.#rounds.enumerated(cursor.folderId);
    if (cursor.isFull) this.enumerated.add(cursor.folderId);
  }
}
