import type { CatalogFolder, CatalogItem } from '@firn/shared/repository/catalog/row';
import type { KnownState, SourceChange } from '../../../../ports/source.ts';
import { ColumnReader } from './column-reader.ts';
import { ExportQueue } from './export-queue.ts';
import { type FailedItem, failedBefore, readAgain } from './failed-items.ts';
import { readFolders } from './folder-reader.ts';
import { planFolders } from './folder-tree.ts';
import { ItemDeltas } from './item-deltas.ts';
import { itemRow, type ListedItem } from './item-row.ts';
import type { MailboxAccess } from './mailbox-api.ts';
import { MailRounds } from './rounds.ts';
import { encodeMailboxState, type MailboxSyncState } from './sync-state.ts';

/** Removals that so many rounds do not settle are settled by the next session. */
const roundsMax = 8;

export interface MailboxSessionOptions {
  readonly access: MailboxAccess;
  readonly state: MailboxSyncState | undefined;
  readonly known: KnownState;
  readonly signal: AbortSignal;
}

/**
 * One run over a mailbox. Rounds are read until no removal is unsettled; each
 * round asks the folders first, so that an item is also found in a folder that
 * was made meanwhile.
 */
export class MailboxSession {
  readonly #options: MailboxSessionOptions;
  readonly #rounds: MailRounds;
  readonly #columns: ColumnReader;
  readonly #deltas: ItemDeltas;
  readonly #queue: ExportQueue;
  readonly #failed: Map<string, string>;
  #folders = new Map<string, CatalogFolder>();
  #excluded: ReadonlySet<string>;
  #foldersLink: string | undefined;
  readonly #removedFolders = new Set<string>();
  #metGone = false;

  constructor(options: MailboxSessionOptions) {
    const { access, state, signal } = options;
    this.#options = options;
    this.#rounds = new MailRounds(state?.suspects);
    this.#columns = new ColumnReader(access);
    const engines = { rounds: this.#rounds, columns: this.#columns };
    this.#deltas = new ItemDeltas(access, engines, state?.itemLinks ?? new Map());
    this.#failed = new Map(state?.failed);
    this.#excluded = state?.excluded ?? new Set();
    this.#foldersLink = state?.foldersLink;
    this.#queue = new ExportQueue({
      access,
      signal,
      isKept: options.known.isKept,
      onGone: () => {
        this.#metGone = true;
      },
      onFailed: (itemId, folderId) => this.#failed.set(itemId, folderId),
    });
  }

  async *run(): AsyncGenerator<SourceChange> {
    for await (const folder of this.#options.known.folders()) {
      this.#folders.set(folder.folderId, folder);
    }
    for (let round = 1; round <= roundsMax; round += 1) {
      yield* this.#readRound(round);
      await this.#suspectVanished();
      yield* this.#applyRemovals();
      const again = this.#rounds.hasSuspects || this.#metGone;
      this.#metGone = false;
      if (!again) break;
    }
    yield* this.#queue.flush();
    for (const folderId of this.#removedFolders) yield { type: 'folder-removed', folderId };
    yield { type: 'state', syncState: encodeMailboxState(this.#state()) };
  }

  async *#readRound(round: number): AsyncGenerator<SourceChange> {
    yield* this.#readFolders();
    const resetsBefore = this.#deltas.resetCount;
    for await (const items of this.#deltas.round(this.#followed(), this.#options.signal)) {
      yield* this.#read(items);
    }
    if (round === 1) yield* this.#retryFailed();
    yield* this.#queue.flush();
    for (const folderId of this.#deltas.gone) this.#removeFolder(folderId);
    if (this.#deltas.resetCount > resetsBefore) yield this.#resetNote();
  }

  #resetNote(): SourceChange {
    const reason = `the service forgot the sync state of ${this.#deltas.resetCount} folders`;
    return { type: 'mode', mode: 'full', reason };
  }

  async *#readFolders(): AsyncGenerator<SourceChange> {
    const { access, signal } = this.#options;
    const changes = await readFolders(access, this.#foldersLink, signal);
    this.#foldersLink = changes.link;
    const isAbsent = (id: string) => changes.isFull && !changes.listed.has(id);
    const absent = [...this.#folders.keys()].filter(isAbsent);
    for (const id of [...changes.removed, ...absent]) this.#removeFolder(id);
    const plan = planFolders(changes.listed, this.#folders, this.#excluded);
    this.#excluded = plan.excluded;
    for (const id of plan.hidden) this.#removeFolder(id);
    for (const folder of plan.changed) {
      this.#folders.set(folder.folderId, folder);
      this.#removedFolders.delete(folder.folderId);
      yield { type: 'folder', folder };
    }
  }

  #removeFolder(folderId: string): void {
    if (!this.#folders.delete(folderId)) return;
    this.#removedFolders.add(folderId);
    this.#deltas.drop(folderId);
  }

  #followed(): string[] {
    return [...this.#folders.keys()].filter((id) => !this.#excluded.has(id));
  }

  /** Compares with what is stored; reads what is new or changed. */
  async *#read(items: readonly ListedItem[]): AsyncGenerator<SourceChange> {
    const wanted: ListedItem[] = [];
    for (const item of items) {
      const stored = await this.#options.known.item(item.itemId);
      if (stored === undefined || !hasSameContent(stored, item)) wanted.push(item);
      else if (stored.folderId !== item.folderId) yield movedChange(item, stored);
    }
    if (wanted.length === 0) return;
    for (const described of await this.#columns.describe(wanted, this.#options.signal)) {
      this.#failed.delete(described.item.itemId);
      yield* this.#queue.push(described);
    }
  }

  /** Items that failed before, unless this session has come upon them already. */
  async *#retryFailed(): AsyncGenerator<SourceChange> {
    const { access, known, signal } = this.#options;
    const before = await failedBefore(known, this.#failed);
    const open = before.filter(
      ({ itemId, folderId }) => this.#folders.has(folderId) && !this.#rounds.hasSeen(itemId),
    );
    for await (const found of readAgain(access, open, signal)) {
      this.#failed.delete(found.itemId);
      if (found.described === undefined) this.#rounds.removed(found.folderId, found.itemId);
      else {
        const { item } = found.described;
        this.#rounds.changed(item.folderId, item.itemId, item.changeKey);
        yield* this.#queue.push(found.described);
      }
    }
  }

  /** What is stored in a folder that was enumerated, or is gone, and was not seen. */
  async #suspectVanished(): Promise<void> {
    const { enumerated, gone } = this.#deltas;
    if (enumerated.size + gone.size === 0) return;
    for await (const { folderId, itemId } of this.#options.known.items()) {
      if (enumerated.has(folderId) || gone.has(folderId)) this.#rounds.stored(folderId, itemId);
    }
    enumerated.clear();
    gone.clear();
  }

  /** A removal from a folder that the item had left before says nothing about it. */
  async *#applyRemovals(): AsyncGenerator<SourceChange> {
    const doubtful: FailedItem[] = [];
    for (const { folderId, itemId, wasSeen, isDoubtful } of this.#rounds.endRound()) {
      if (isDoubtful) {
        doubtful.push({ folderId, itemId });
        continue;
      }
      const stored = await this.#options.known.item(itemId);
      if (wasSeen || stored?.folderId === folderId) yield* this.#remove(itemId);
    }
    yield* this.#settle(doubtful);
  }

  async *#remove(itemId: string): AsyncGenerator<SourceChange> {
    this.#failed.delete(itemId);
    yield { type: 'item-removed', itemId };
  }

  /** Named both as removed and as changed: the item itself decides. */
  async *#settle(doubtful: readonly FailedItem[]): AsyncGenerator<SourceChange> {
    const { access, known, signal } = this.#options;
    for await (const { itemId, described } of readAgain(access, doubtful, signal)) {
      if (described !== undefined) yield* this.#queue.push(described);
      else if ((await known.item(itemId)) !== undefined) yield* this.#remove(itemId);
    }
  }

  #state(): MailboxSyncState {
    return {
      mailboxId: this.#options.access.mailboxId,
      foldersLink: this.#foldersLink ?? '',
      itemLinks: this.#deltas.links,
      excluded: this.#excluded,
      suspects: this.#rounds.suspects(),
      failed: this.#failed,
    };
  }
}

/** The stored content stands: same id and same change key. */
function hasSameContent(stored: CatalogItem, item: ListedItem): boolean {
  return stored.failed === undefined && stored.changeKey === item.changeKey;
}

function movedChange(item: ListedItem, stored: CatalogItem): SourceChange {
  const { name, columns, date } = stored;
  return { type: 'item-moved', item: { ...itemRow(item, {}), name, columns, date } };
}
