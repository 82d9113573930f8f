import { AppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import { toHex } from '../bytes.ts';
import { failedKey, folderKey, itemKey } from '../catalog/catalog-keys.ts';
import type { CatalogFolder, CatalogItem } from '../catalog/row.ts';
import type { ContentAddress } from '../index/address.ts';
import { encodeJson } from '../json.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import type { MetaPacks, MetaRef } from '../meta/meta-packs.ts';
import type { FinishedDraft, ObjectDraft } from '../object/object-draft.ts';
import { encodeRoot, type ObjectRecord } from '../object/object-record.ts';
import { referencedPacks } from '../object/referenced-packs.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import { sealBox } from '../segment/box.ts';
import type { ContentWriter } from './content-writer.ts';
import { pieces } from './pieces.ts';
import type { NewItem, ObjectEnd, ObjectIdentity, ObjectWriter } from './repository-session.ts';

/** A finished object, before it is committed. */
export interface FinishedObject {
  readonly objectId: string;
  readonly root: string;
  /** All packs that the root needs. */
  readonly references: ReadonlySet<string>;
  readonly failedItems: number;
}

export interface ObjectWriterOptions {
  readonly context: OpenContext;
  readonly meta: MetaPacks;
  readonly identity: ObjectIdentity;
  readonly jobId: string;
  readonly sessionId: string;
  readonly key: ObjectKey;
  /** Repository whose secret makes the content ids. */
  readonly contentIds: string;
  readonly draft: ObjectDraft;
  readonly content: ContentWriter;
  /** The base has failed items: a put has to look whether it heals one. */
  readonly hasFailedItems: boolean;
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
    this.#hasFailedItems = options.hasFailedItems;
  }

  putFolder(row: CatalogFolder): Promise<void> {
    return this.#writing(() => this.#options.draft.putRow(folderKey(row.folderId), row));
  }

  removeFolder(folderId: string): Promise<void> {
    return this.#writing(() => this.#options.draft.removeRow(folderKey(folderId)));
  }

  async putItem(
    row: NewItem,
    content: Uint8Array | AsyncIterable<Uint8Array>,
  ): Promise<{ readonly storedBytes: number }> {
    const hash = this.#options.context.ports.compute.startSha256();
    const contentIds: string[] = [];
    let storedBytes = 0;
    for await (const piece of pieces(content)) {
      hash.update(piece);
      const { contentId, isNew } = await this.#writing(() => this.#options.content.add(piece));
      contentIds.push(contentId);
      if (isNew) storedBytes += piece.length;
    }
    const contentDigest = toHex(hash.digest());
    await this.putStored({ ...row, content: contentIds, contentDigest });
    return { storedBytes };
  }

  /** A row whose contents are stored already. */
  async putStored(row: CatalogItem): Promise<void> {
    await this.#writing(async () => {
      const { draft } = this.#options;
      await draft.putRow(itemKey(row.itemId), row);
      if (row.failed !== undefined) await this.#markFailed(row.itemId);
      else await this.#unmarkFailed(row.itemId);
    });
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
    const { content, contentDigest, failed } = stored;
    await this.putStored({ ...row, content, contentDigest, failed });
  }

  removeItem(itemId: string): Promise<void> {
    return this.#writing(async () => {
      const { draft } = this.#options;
      if ((await draft.row(itemKey(itemId))) === undefined) return;
      await draft.removeRow(itemKey(itemId));
      await this.#unmarkFailed(itemId);
    });
  }

  async failItem(
    row: NewItem,
    problem: { readonly code: string; readonly message: string },
  ): Promise<void> {
    const stored = await this.#stored(row.itemId);
    const sinceMs = stored?.failed?.sinceMs ?? this.#options.context.ports.clock.now();
    const { code, message } = problem;
    const kept = stored ?? { ...row, content: [], contentDigest: '' };
    await this.putStored({ ...kept, failed: { code, message, sinceMs } });
  }

  async finish(end: ObjectEnd): Promise<void> {
    await this.#writing(() => this.#finish(end));
    this.#phase = 'finished';
  }

  async abandon(): Promise<void> {
    if (this.#phase !== 'open') return;
    this.#phase = 'abandoned';
    await this.#options.content.abandon(abandoned(this.objectId));
  }

  #stored(itemId: string): Promise<CatalogItem | undefined> {
    return this.#writing(() => this.#options.draft.row<CatalogItem>(itemKey(itemId)));
  }

  async #markFailed(itemId: string): Promise<void> {
    this.#hasFailedItems = true;
    await this.#options.draft.putRow(failedKey(itemId), {});
  }

  async #unmarkFailed(itemId: string): Promise<void> {
    if (!this.#hasFailedItems) return;
    const { draft } = this.#options;
    const key = failedKey(itemId);
    if ((await draft.row(key)) !== undefined) await draft.removeRow(key);
  }

  async #finish(end: ObjectEnd): Promise<void> {
    const { content, draft } = this.#options;
    await content.finish();
    const levels = await draft.finish();
    const state = await this.#storeState(end.syncState);
    const ref = await this.#storeRecord(end, levels, state);
    const references = await referencedPacks(levels, draft.readers);
    for (const { pack } of [state, ref]) references.add(pack);
    const { failedItems } = levels.counts;
    const root = encodeRoot({ ref, failedItems });
    this.#options.onFinished({ objectId: this.objectId, root, references, failedItems });
  }

  async #storeState(syncState: Uint8Array): Promise<MetaRef> {
    const { key } = this.#options;
    return this.#storeBox('syncState', { key: key.key, keyId: key.id }, syncState);
  }

  #storeRecord(end: ObjectEnd, levels: FinishedDraft, state: MetaRef): Promise<MetaRef> {
    const { identity, jobId, sessionId, key, contentIds, context } = this.#options;
    const { counts: rows, catalog, index, table } = levels;
    const { items, folders, failedItems } = rows;
    const { objectId, kind, userId, userPrincipalName, displayName } = identity;
    const record: ObjectRecord = {
      format: 1,
      ...{ jobId, sessionId, keyId: key.id, contentIds },
      ...{ objectId, kind, userId, userPrincipalName, displayName },
      ...{ mode: end.mode, counts: end.counts, items, folders, failedItems, state },
      ...{ catalog, index, table },
    };
    const sealing = { key: context.keys.derived.meta, keyId: '' };
    return this.#storeBox('record', sealing, encodeJson(record));
  }

  async #storeBox(
    kind: 'syncState' | 'record',
    { key, keyId }: { readonly key: Uint8Array; readonly keyId: string },
    content: Uint8Array,
  ): Promise<MetaRef> {
    const box = await sealBox(this.#options.context.ports, { key, kind }, content);
    const id = toHex(box.subarray(0, 16));
    const segment = { id, kind, frames: [box.length - 16], keyId, objectId: this.objectId };
    return this.#options.meta.append(segment, box);
  }

  /** What fails to be written leaves the object unfinished for good. */
  async #writing<T>(write: () => Promise<T>): Promise<T> {
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
