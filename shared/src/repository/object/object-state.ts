import type { AppError } from '../../errors/app-error.ts';
import { fromBase64 } from '../bytes.ts';
import {
  failedPrefix,
  folderKey,
  folderPrefix,
  itemKey,
  itemPrefix,
} from '../catalog/catalog-keys.ts';
import { decodeFolder, decodeItem } from '../catalog/decode-row.ts';
import type { CatalogFolder, CatalogItem } from '../catalog/row.ts';
import { damaged, naming } from '../damaged.ts';
import { type ContentAddress, decodeAddress } from '../index/address.ts';
import type { Relocations } from '../relocation/relocations.ts';
import { mergeLevels, type RunScanner, referredSegments } from '../run/merge-levels.ts';
import type { RunEntry } from '../run/run-layout.ts';
import { openBox } from '../segment/box.ts';
import { type ObjectNames, openNames } from './object-names.ts';
import { type ObjectReaders, openReaders } from './object-readers.ts';
import { decodeRoot, type ObjectRecord, type ReadRecord, readRecord } from './object-record.ts';
import { decodePlace, movedTo, type SegmentPlace } from './segment-place.ts';

export interface OpenObject extends ReadRecord {
  readonly relocations: Relocations;
  /**
   * Rows that cannot be read are passed over, and told by the first key of their
   * part; undefined: they end the reading.
   */
  readonly onLostRows?: OnLostRows | undefined;
}

export type OnLostRows = (error: AppError, firstKey: string) => void;

interface OpenedObject {
  readonly record: ObjectRecord;
  readonly readers: ObjectReaders;
}

/**
 * One committed object: rows, addresses, places. Read lazily, and never changes.
 * Its record and its places need no object key; rows, names and sync state do.
 */
export class ObjectState {
  readonly root: string;
  readonly record: ObjectRecord;
  /** Of its record, or of the one that was touched. */
  readonly wholeRoot: string;
  readonly readers: ObjectReaders;
  readonly #context: OpenObject;

  private constructor(context: OpenObject, root: string, opened: OpenedObject) {
    const { record, readers } = opened;
    this.#context = context;
    this.root = root;
    this.record = record;
    this.wholeRoot = record.base ?? root;
    this.readers = readers;
  }

  /** E_REPOSITORY_DAMAGED */
  static async open(context: OpenObject, root: string): Promise<ObjectState> {
    const record = await readRecord(context, root);
    const { keyId, olderKeyIds, objectId } = record;
    const readers = openReaders({ ...context, keyId, olderKeyIds, objectId });
    return new ObjectState(context, root, { record, readers });
  }

  /** Before anything is built upon the rows. E_REPOSITORY_DAMAGED when a key of theirs is lost */
  async requireKeys(): Promise<void> {
    (await this.#context.keys.objectKeys(this.record)).requireAll();
  }

  names(): Promise<ObjectNames> {
    return openNames(this.#context, this.record);
  }

  async syncState(): Promise<Uint8Array> {
    const { compute, keys, meta } = this.#context;
    const { state, keyId, objectId } = this.record;
    if ('inline' in state && state.inline === '') return new Uint8Array();
    const blob = 'inline' in state ? decodeRoot(this.root).ref.pack : state.pack;
    return naming(`the sync state in ${blob}`, { blob, objectId }, async () => {
      const opening = { key: await keys.objectKey(keyId), kind: 'syncState' } as const;
      const box = 'inline' in state ? fromBase64(state.inline) : await meta.read(state);
      return openBox(compute, opening, box);
    });
  }

  async item(itemId: string): Promise<CatalogItem | undefined> {
    const row = await this.#row(itemKey(itemId));
    return row && decodeItem(row);
  }

  async folder(folderId: string): Promise<CatalogFolder | undefined> {
    const row = await this.#row(folderKey(folderId));
    return row && decodeFolder(row);
  }

  async *items(): AsyncGenerator<CatalogItem> {
    for await (const { value } of this.#rows(itemPrefix)) yield decodeItem(value);
  }

  /** Those behind the id when it is given. */
  async *folders(after?: string): AsyncGenerator<CatalogFolder> {
    const from = after === undefined ? folderPrefix : folderKey(after);
    for await (const { key, value } of this.#rows(folderPrefix, from)) {
      if (after === undefined || key > from) yield decodeFolder(value);
    }
  }

  async *failedItems(): AsyncGenerator<string> {
    for await (const { key } of this.#rows(failedPrefix)) yield key.slice(failedPrefix.length);
  }

  /** Undefined: the index does not know the content. */
  async address(contentId: string): Promise<ContentAddress | undefined> {
    const value = await this.readers.index.get(this.record.index, contentId);
    return value && decodeAddress(value);
  }

  /** Changes when a place that was asked for may be another now. */
  get placesVersion(): number {
    return this.#context.relocations.version;
  }

  /** As place, after the log was read on: for what is not where it was. */
  async placeAgain(segment: string): Promise<SegmentPlace> {
    await this.#context.relocations.refresh();
    return this.place(segment);
  }

  /** By the log as it was last read: consolidation moves segments. E_REPOSITORY_DAMAGED */
  async place(segment: string): Promise<SegmentPlace> {
    const value = await this.readers.table.get(this.record.table, segment);
    if (value === undefined) {
      const { objectId } = this.record;
      const message = `the table of object ${objectId} does not know segment ${segment}`;
      throw damaged(message, { objectId });
    }
    return movedTo(decodePlace(value), await this.#context.relocations.newestPlace(segment));
  }

  /** Whether its segments have so many sealed bytes together, the dead ones among them included. */
  async hasStored(bytes: number): Promise<boolean> {
    let stored = 0;
    for await (const { value } of mergeLevels(this.readers.table, this.record.table)) {
      if (value !== undefined) stored += decodePlace(value).length;
      if (stored >= bytes) return true;
    }
    return false;
  }

  /** Every segment that the index refers to: what keeps packs from being collected. */
  referredSegments(): Promise<Set<string>> {
    return referredSegments(this.readers.index, this.record.index);
  }

  #row(key: string): Promise<Uint8Array | undefined> {
    return this.readers.catalog.get(this.record.catalog, key);
  }

  async *#rows(
    prefix: string,
    from = prefix,
  ): AsyncGenerator<RunEntry & { readonly value: Uint8Array }> {
    const { catalog } = this.readers;
    const { onLostRows } = this.#context;
    const scanSound: RunScanner['scan'] = (ref, start = '') =>
      catalog.scanSound(ref, start, onLostRows ?? (() => {}));
    const scanner = onLostRows === undefined ? catalog : { scan: scanSound };
    for await (const { key, value } of mergeLevels(scanner, this.record.catalog, from)) {
      if (!key.startsWith(prefix)) return;
      if (value !== undefined) yield { key, value };
    }
  }
}
