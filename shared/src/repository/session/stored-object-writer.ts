import { AppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import { failedKey, folderKey, itemKey } from '../catalog/catalog-keys.ts';
import type { CatalogFolder, CatalogItem } from '../catalog/row.ts';
import type { ContentAddress } from '../index/address.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import type { MetaPacks } from '../meta/meta-packs.ts';
import type { ObjectDraft } from '../object/object-draft.ts';
import { decodeRoot } from '../object/object-record.ts';
import { ObjectReferences } from '../object/object-references.ts';
import type { ObjectState } from '../object/object-state.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { ContentSplitter } from '../split/content-splitter.ts';
import { unsplit } from '../split/unsplit.ts';
import { composeRecord } from './compose-record.ts';
import type { ContentCutter } from './content-cutter.ts';
import type { ContentWriter } from './content-writer.ts';
import type { PlacedRecord, RecordSheets } from './record-sheets.ts';
import type { NewItem, ObjectEnd, ObjectIdentity, ObjectWriter } from './repository-session.ts';
import { storeSyncState } from './store-sync-state.ts';
import { StoringItem } from './storing-item.ts';

/** A finished object, before it is committed. */
export interface FinishedObject {
  readonly objectId: string;
  /** Names the object's state, once it is stored. */
  readonly record: PlacedRecord;
  /** All packs that the root needs. */
  readonly references: ObjectReferences;
  readonly failedItems: number;
}

export interface ObjectWriterOptions {
  readonly context: OpenContext;
  readonly meta: MetaPacks;
  readonly records: RecordSheets;
  readonly identity: ObjectIdentity;
  readonly jobId: string;
  readonly sessionId: string;
  readonly key: ObjectKey;
  /** Under which runs of the base may lie. */
  readonly olderKeyIds: readonly string[];
  /** Repository whose secret makes the content ids. */
  readonly contentIds: string;
  readonly draft: ObjectDraft;
  readonly content: ContentWriter;
  readonly cutter: ContentCutter;
  /** Undefined: contents are cut by their length alone. */
  readonly splitter?: ContentSplitter | undefined;
  /** What the draft is based on. */
  readonly previous: ObjectState | undefined;
  readonly onFinished: (finished: FinishedObject) => void;
}

export class StoredObjectWriter implements ObjectWriter {
  readonly objectId: string;
  readonly #options: ObjectWriterOptions;
  #phase: 'open' | 'finished' | 'abandoned' = 'open';
  #hasFailedItems: boolean;

  constructor(options: ObjectWriterOptions) {
    this.#options = options;
    this.objectId = options.identity.objectId;
    // A put has to look whether it heals one.
    this.#hasFailedItems = (options.previous?.record.failedItems ?? 0) > 0;
  }

  putFolder(row: CatalogFolder): Promise<void> {
    return this.#writing(() => this.#options.draft.putRow(folderKey(row.folderId), row));
  }

  removeFolder(folderId: string): Promise<void> {
    return this.#writing(() => this.#options.draft.removeRow(folderKey(folderId)));
  }

  async putItem(row: NewItem, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void> {
    const { content: contents, splitter = unsplit, cutter } = this.#options;
    const storing = new StoringItem({ writer: contents, splitter: splitter.open(), cutter });
    const push = (bytes: Uint8Array) => this.#supervised(() => storing.push(bytes));
    // What fails to be read leaves the object open.
    if (content instanceof Uint8Array) await push(content);
    else for await (const bytes of content) await push(bytes);
    await this.#supervised(async () => {
      await storing.end();
      await contents.whenNamed(row.itemId, () => this.#putRow({ ...row, ...storing.content() }));
    });
  }

  /** A row whose contents are stored already. */
  putStored(row: CatalogItem): Promise<void> {
    return this.#writing(() => this.#putRow(row));
  }

  get key(): ObjectKey {
    return this.#options.key;
  }

  /** A segment that a worker stored, and the contents in it. */
  acceptSegment(
    segment: string,
    place: SegmentPlace,
    contents: Iterable<readonly [string, ContentAddress]>,
  ): Promise<void> {
    return this.#writing(async () => {
      const { draft } = this.#options;
      draft.putPlace(segment, place);
      for (const [contentId, address] of contents) await draft.putAddress(contentId, address);
    });
  }

  /** Whether all of the contents are stored. */
  async hasContents(contentIds: readonly string[]): Promise<boolean> {
    for (const contentId of contentIds) {
      const address = await this.#writing(() => this.#options.draft.address(contentId));
      if (address === undefined) return false;
    }
    return true;
  }

  async moveItem(row: NewItem): Promise<void> {
    const stored = await this.#stored(row.itemId);
    if (stored === undefined) {
      throw new AppError('E_ITEM_NOT_STORED', `item ${row.itemId} was moved, but is not stored`, {
        context: { objectId: this.objectId, itemId: row.itemId },
      });
    }
    const { content, recipe, failed } = stored;
    await this.putStored({ ...row, content, recipe, failed });
  }

  removeItem(itemId: string): Promise<void> {
    return this.#writing(async () => {
      const { draft } = this.#options;
      if (!(await draft.hasRow(itemKey(itemId)))) return;
      await draft.removeRow(itemKey(itemId));
      await this.#unmarkFailed(itemId);
    }, itemId);
  }

  async failItem(
    row: NewItem,
    problem: { readonly code: string; readonly message: string },
  ): Promise<void> {
    const stored = await this.#stored(row.itemId);
    const sinceMs = stored?.failed?.sinceMs ?? this.#options.context.ports.clock.now();
    const { code, message } = problem;
    const kept = stored ?? { ...row, content: [] };
    const neverStored = stored === undefined || stored.failed?.neverStored;
    await this.putStored({ ...kept, failed: { code, message, sinceMs, neverStored } });
  }

  async finish(end: ObjectEnd): Promise<{ readonly storedBytes: number }> {
    await this.#supervised(() => this.#options.content.finish());
    await this.#writing(() => this.#finish(end));
    this.#phase = 'finished';
    return { storedBytes: this.#options.content.storedBytes };
  }

  async abandon(): Promise<void> {
    if (this.#phase !== 'open') return;
    this.#phase = 'abandoned';
    await this.#options.content.abandon(abandoned(this.objectId));
    this.#options.cutter.reset();
  }

  async #stored(itemId: string): Promise<CatalogItem | undefined> {
    return this.#writing(() => this.#options.draft.item(itemId), itemId);
  }

  /** In a turn. */
  async #putRow(row: CatalogItem): Promise<void> {
    await this.#options.draft.putRow(itemKey(row.itemId), row);
    if (row.failed !== undefined) await this.#markFailed(row.itemId);
    else await this.#unmarkFailed(row.itemId);
  }

  async #markFailed(itemId: string): Promise<void> {
    this.#hasFailedItems = true;
    await this.#options.draft.putRow(failedKey(itemId), {});
  }

  async #unmarkFailed(itemId: string): Promise<void> {
    if (!this.#hasFailedItems) return;
    const { draft } = this.#options;
    const key = failedKey(itemId);
    if (await draft.hasRow(key)) await draft.removeRow(key);
  }

  async #finish(end: ObjectEnd): Promise<void> {
    const { draft } = this.#options;
    const levels = await draft.finish();
    const { context, key, meta } = this.#options;
    const storing = { ports: context.ports, key, meta, objectId: this.objectId };
    const state = await storeSyncState(storing, end.syncState);
    const { failedItems } = levels.counts;
    const { ports } = context;
    const stored = await composeRecord({ ...this.#options, ports, end, levels, state });
    const record = await this.#options.records.add(stored, failedItems);
    const beside = 'base' in stored ? [decodeRoot(stored.base).ref.pack] : [];
    if (!('inline' in state)) beside.push(state.pack);
    const { previous } = this.#options;
    const references = new ObjectReferences({
      levels,
      readers: 'base' in stored && previous !== undefined ? previous.readers : draft.readers,
      beside: () => (record.pack === undefined ? beside : [...beside, record.pack]),
      relocations: context.relocations,
      onlyInherits: 'base' in stored,
      isAnyCondemned: () => context.log.state.condemned.size > 0,
    });
    await references.packs();
    // It may wait long for its commit, and with it thousands of others.
    for (const reader of [draft.readers.catalog, draft.readers.index, draft.readers.table]) {
      reader.forget();
    }
    this.#options.onFinished({ objectId: this.objectId, record, references, failedItems });
  }

  /**
   * Uses the draft in turn with what is being stored.
   * @param itemId of the item that must not be waiting for its content's ids
   */
  #writing<T>(write: () => Promise<T>, itemId?: string): Promise<T> {
    return this.#supervised(async () => {
      const { content } = this.#options;
      if (itemId !== undefined) await content.dispatchItem(itemId);
      return content.turns.run(write);
    });
  }

  /** What fails to be written leaves the object unfinished for good. */
  async #supervised<T>(write: () => Promise<T>): Promise<T> {
    invariant(this.#phase === 'open', `object ${this.objectId} is ${this.#phase}`);
    try {
      return await write();
    } catch (error) {
      await this.abandon();
      throw error;
    }
  }
}

function abandoned(objectId: string): AppError {
  return new AppError('E_CANCELLED', `object ${objectId} was abandoned`, { context: { objectId } });
}
