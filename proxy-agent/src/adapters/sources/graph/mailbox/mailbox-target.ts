import { AppError } from '@firn/shared/errors/app-error';
import type { CatalogFolder } from '@firn/shared/repository/catalog/row';
import type {
  RestoreItem,
  RestoreJournal,
  RestoreOutcome,
  RestoreTarget,
} from '../../../../ports/source.ts';
import { batchPartsMax } from '../client/batch.ts';
import { isRecord, textAt } from '../client/json-value.ts';
import { concurrently } from '../round/concurrently.ts';
import { ImportBody } from './import-body.ts';
import { Claims, findImported } from './import-search.ts';
import { ImportSession, isUnclear } from './import-session.ts';
import { exchangeHeaders, itemPath, type MailboxAccess } from './mailbox-api.ts';
import { ensureFolders } from './target-folders.ts';

/** The mailbox's own limit of requests under way. [Microsoft: throttling-limits, Outlook] */
const importsAtOnce = 4;
/** Larger items go alone, so that memory stays below 4 × 16 MiB, or one item. */
const aloneFromBytes = 16 * 1024 * 1024;
const importTriesMax = 4;
/** Between the clocks of the service's own machines. */
const clockSkewMs = 5_000;

interface Result {
  readonly itemId: string;
  readonly outcome: RestoreOutcome;
}

interface Import {
  readonly restore: RestoreItem;
  /** The target's folder. */
  readonly folderId: string;
  readonly journal: RestoreJournal;
  readonly signal: AbortSignal;
}

/** A mailbox as the target of a restore: every item comes back by its export stream. */
export class MailboxTarget implements RestoreTarget {
  readonly #access: MailboxAccess;
  readonly #session: ImportSession;
  #empty: ReadonlySet<string> = new Set();
  readonly #claims = new Claims();

  constructor(access: MailboxAccess) {
    this.#access = access;
    this.#session = new ImportSession(access);
  }

  async folders(
    rows: AsyncIterable<CatalogFolder>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>> {
    const all: CatalogFolder[] = [];
    for await (const row of rows) all.push(row);
    const { ids, empty } = await ensureFolders(this.#access, all, signal);
    this.#empty = empty;
    return ids;
  }

  async *restore(
    items: AsyncIterable<RestoreItem>,
    folders: ReadonlyMap<string, string>,
    journal: RestoreJournal,
    signal: AbortSignal,
  ): AsyncGenerator<Result> {
    let group: RestoreItem[] = [];
    for await (const item of items) {
      group.push(item);
      if (group.length < batchPartsMax) continue;
      yield* this.#restoreGroup(group, { folders, journal, signal });
      group = [];
    }
    yield* this.#restoreGroup(group, { folders, journal, signal });
  }

  async *#restoreGroup(
    group: readonly RestoreItem[],
    to: {
      readonly folders: ReadonlyMap<string, string>;
      readonly journal: RestoreJournal;
      readonly signal: AbortSignal;
    },
  ): AsyncGenerator<Result> {
    const present = await this.#present(group, to.folders, to.signal);
    const absent = group.filter(({ item }) => !present.has(item.itemId));
    for (const itemId of present) yield { itemId, outcome: { status: 'present' } };
    const work = (restore: RestoreItem) => this.#restoreItem(restore, to);
    const isLarge = ({ item }: RestoreItem) => item.size >= aloneFromBytes;
    yield* concurrently(
      absent.filter((restore) => !isLarge(restore)),
      importsAtOnce,
      work,
    );
    yield* concurrently(absent.filter(isLarge), 1, work);
  }

  /** Items that are still where they were, unchanged. Empty folders are not asked. */
  async #present(
    group: readonly RestoreItem[],
    folders: ReadonlyMap<string, string>,
    signal: AbortSignal,
  ): Promise<ReadonlySet<string>> {
    const candidates = group.filter(({ item: { folderId } }) => {
      const isSameFolder = folders.get(folderId) === folderId;
      return isSameFolder && !this.#empty.has(folderId);
    });
    const present = new Set<string>();
    if (candidates.length === 0) return present;
    const { batches, lane, mailboxId } = this.#access;
    const headers = exchangeHeaders();
    const parts = candidates.map(({ item }) => ({
      path: itemPath(mailboxId, item.folderId, item.itemId),
      headers,
    }));
    const replies = await batches.send(parts, { lane, what: 'look for items', signal });
    for (const [index, { item }] of candidates.entries()) {
      const body = replies[index]?.body;
      const isHere = replies[index]?.status === 200 && isRecord(body);
      if (isHere && textAt(body, 'changeKey') === item.changeKey) present.add(item.itemId);
    }
    return present;
  }

  async #restoreItem(
    restore: RestoreItem,
    to: {
      readonly folders: ReadonlyMap<string, string>;
      readonly journal: RestoreJournal;
      readonly signal: AbortSignal;
    },
  ): Promise<Result> {
    const { item } = restore;
    try {
      const folderId = to.folders.get(item.folderId);
      if (folderId === undefined) {
        throw new AppError('E_SOURCE_NOT_FOUND', 'the folder of the item was not restored');
      }
      await this.#importOnce({ restore, folderId, journal: to.journal, signal: to.signal });
      return { itemId: item.itemId, outcome: { status: 'created' } };
    } catch (error) {
      to.signal.throwIfAborted();
      return { itemId: item.itemId, outcome: { status: 'failed', error } };
    }
  }

  /** Journalled first: what was begun and not known to be done is searched, never repeated blindly. */
  async #importOnce(work: Import): Promise<void> {
    const { journal, restore } = work;
    const { itemId } = restore.item;
    const before = await journal.state(itemId);
    if (before.state === 'done') return;
    const begunAtMs = before.state === 'begun' ? Number(before.note) : undefined;
    if (begunAtMs === undefined || !(await this.#claimImported(work, begunAtMs))) {
      const nowMs = this.#access.client.serviceDateMs;
      if (begunAtMs === undefined) await journal.begin(itemId, String(nowMs));
      await this.#importUntilClear(work, begunAtMs ?? nowMs);
    }
    await journal.done(itemId);
  }

  async #importUntilClear(work: Import, sinceMs: number): Promise<void> {
    const body = await ImportBody.of(work.folderId, work.restore.content());
    for (let attempt = 1; ; attempt += 1) {
      try {
        const made = await this.#session.create(body.bytes, work.signal);
        this.#claims.add(made.itemId, made.changeKey);
        body.discard();
        return;
      } catch (error) {
        work.signal.throwIfAborted();
        if (!isUnclear(error)) throw error;
        await this.#access.client.clock.sleep(1000 * 2 ** (attempt - 1), work.signal);
        if (await this.#claimImported(work, sinceMs)) return;
        if (attempt === importTriesMax) throw error;
      }
    }
  }

  #claimImported(work: Import, sinceMs: number): Promise<boolean> {
    const sought = {
      item: work.restore.item,
      folderId: work.folderId,
      sinceMs: sinceMs - clockSkewMs,
      claims: this.#claims,
    };
    return findImported(this.#access, sought, work.signal);
  }
}
