import { itemKey } from '../catalog/catalog-keys.ts';
import { decodeItem } from '../catalog/decode-row.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { type ContentAddress, decodeAddress, encodeAddress } from '../index/address.ts';
import { encodeJson } from '../json.ts';
import type { KeyRing, ObjectKey } from '../keys/key-ring.ts';
import type { MetaPacks } from '../meta/meta-packs.ts';
import type { RepositoryPorts } from '../ports.ts';
import { EntryBuffer } from '../run/entry-buffer.ts';
import type { Levels, RunKind } from '../run/run-layout.ts';
import { RunWriter } from '../run/run-writer.ts';
import type { EpochKeys } from '../segment/epoch-keys.ts';
import { compactObject, needsCompaction } from './compact-object.ts';
import { DraftLevels } from './draft-levels.ts';
import type { DraftMemory } from './draft-memory.ts';
import { type ObjectReaders, openReaders, type PlaceLookup } from './object-readers.ts';
import type { ObjectLevels } from './object-record.ts';
import type { ObjectState } from './object-state.ts';
import { RowCounts } from './row-counts.ts';
import type { SegmentPlace } from './segment-place.ts';

export interface DraftOptions {
  readonly ports: RepositoryPorts;
  readonly keys: KeyRing;
  readonly meta: MetaPacks;
  readonly objectId: string;
  readonly key: ObjectKey;
  /** Of older key epochs, under which runs of the base may lie. */
  readonly olderKeyIds: readonly string[];
  readonly previous: ObjectState | undefined;
  readonly relocations: PlaceLookup;
  /** Of all drafts of the session. */
  readonly memory: DraftMemory;
  /** Item-level retention of the job; undefined: it has none. */
  readonly itemsSinceMs?: number | undefined;
}

export interface FinishedDraft extends ObjectLevels {
  readonly counts: RowCounts;
  /** Rows of older items were dropped; undefined: none were. */
  readonly itemsSinceMs?: number | undefined;
}

/** An object that lives on is rid of aged items once in so long, whatever else changes. */
const agedForMs = 30 * 86_400_000;

function hasAged(sinceMs: number | undefined, droppedToMs: number | undefined): boolean {
  return sinceMs !== undefined && sinceMs - (droppedToMs ?? 0) >= agedForMs;
}

/**
 * The next state of an object: what was committed before, and on top of it what
 * the session puts. That is held in memory until the drafts of the session hold
 * too much together; then it is written as sorted runs.
 */
export class ObjectDraft {
  readonly readers: ObjectReaders;
  readonly #options: DraftOptions;
  readonly #catalogKeys: EpochKeys;
  readonly #catalog: DraftLevels;
  readonly #index: DraftLevels;
  readonly #table: DraftLevels;
  #counts: RowCounts;
  /** False once there is more in the levels than the object had before. */
  #isCounting = true;
  readonly #rows = new EntryBuffer();
  readonly #addresses = new EntryBuffer();
  readonly #places = new EntryBuffer();

  private constructor(options: DraftOptions, readers: ObjectReaders, catalogKeys: EpochKeys) {
    const record = options.previous?.record;
    this.#options = options;
    this.#catalogKeys = catalogKeys;
    this.readers = readers;
    this.#catalog = this.#openLevels('catalog');
    this.#index = this.#openLevels('index');
    this.#table = this.#openLevels('table');
    this.#counts = RowCounts.of(record);
  }

  static async open(options: DraftOptions): Promise<ObjectDraft> {
    const { ports, key, keys, olderKeyIds } = options;
    const readers = openReaders({ ...options, compute: ports.compute, keyId: key.id });
    const catalogKeys = await keys.objectKeys({ keyId: key.id, olderKeyIds });
    catalogKeys.requireAll();
    return new ObjectDraft(options, readers, catalogKeys);
  }

  async item(itemId: string): Promise<CatalogItem | undefined> {
    const row = await this.#rowBytes(itemKey(itemId));
    return row && decodeItem(row);
  }

  async hasRow(key: string): Promise<boolean> {
    return (await this.#rowBytes(key)) !== undefined;
  }

  async putRow(key: string, row: unknown): Promise<void> {
    await this.#setRow(key, encodeJson(row));
  }

  async removeRow(key: string): Promise<void> {
    await this.#setRow(key, undefined);
  }

  /** Among what this draft holds in memory, and what was committed before. */
  async knownAddress(contentId: string): Promise<ContentAddress | undefined> {
    const { previous } = this.#options;
    const value =
      this.#addresses.get(contentId) ??
      (previous && (await this.readers.index.get(previous.record.index, contentId)));
    return value && decodeAddress(value);
  }

  /** Anywhere in this draft: also in runs that it has written. */
  async address(contentId: string): Promise<ContentAddress | undefined> {
    const value = this.#addresses.get(contentId) ?? (await this.#index.get(contentId));
    return value && decodeAddress(value);
  }

  async putAddress(contentId: string, address: ContentAddress): Promise<void> {
    this.#addresses.set(contentId, encodeAddress(address));
    await this.#held();
  }

  putPlace(segment: string, place: SegmentPlace): void {
    this.#places.set(segment, encodeJson(place));
  }

  /** Everything is in the session's meta packs. */
  async finish(): Promise<FinishedDraft> {
    await this.#flush();
    this.discard();
    const levels = {
      catalog: this.#catalog.all,
      index: this.#index.all,
      table: this.#table.all,
    };
    const { itemsSinceMs, previous } = this.#options;
    const droppedToMs = previous?.record.itemsSinceMs;
    const isAged = hasAged(itemsSinceMs, droppedToMs);
    if (!needsCompaction(levels) && !isAged && this.#isCounting) {
      return { ...levels, counts: this.#counts, itemsSinceMs: droppedToMs };
    }
    const writer = (kind: RunKind) => this.#writer(kind);
    const compacted = await compactObject({ levels, readers: this.readers, writer, itemsSinceMs });
    return { ...compacted, itemsSinceMs: itemsSinceMs ?? droppedToMs };
  }

  /** Forgets what it holds. */
  discard(): void {
    for (const buffer of [this.#rows, this.#addresses, this.#places]) buffer.clear();
    this.#options.memory.release(this);
  }

  async #rowBytes(key: string): Promise<Uint8Array | undefined> {
    return this.#rows.has(key) ? this.#rows.get(key) : this.#catalog.get(key);
  }

  async #setRow(key: string, value: Uint8Array | undefined): Promise<void> {
    this.#rows.set(key, value);
    await this.#held();
  }

  async #held(): Promise<void> {
    const bytes = this.#rows.bytes + this.#addresses.bytes + this.#places.bytes;
    if (!this.#options.memory.hold(this, bytes)) return;
    await this.#flush();
    // From here on finish counts, while it merges; asking per row would be slow.
    this.#isCounting = false;
    this.#options.memory.hold(this, 0);
  }

  async #flush(): Promise<void> {
    if (this.#isCounting) await this.#count();
    await this.#catalog.add(this.#rows.sorted());
    await this.#index.add(this.#addresses.sorted());
    await this.#table.add(this.#places.sorted());
    for (const buffer of [this.#rows, this.#addresses, this.#places]) buffer.clear();
  }

  /** In order of keys, so that no frame of the catalog is opened twice. */
  async #count(): Promise<void> {
    const isFirst = this.#catalog.all.length === 0;
    for (const { key, value } of this.#rows.sorted()) {
      const wasThere = !isFirst && (await this.#catalog.get(key)) !== undefined;
      const isThere = value !== undefined;
      if (wasThere !== isThere) this.#counts = this.#counts.changed(key, isThere ? 1 : -1);
    }
  }

  #openLevels(kind: RunKind): DraftLevels {
    const levels: Levels = this.#options.previous?.record[kind] ?? [];
    const reader = this.readers[kind];
    return new DraftLevels({ levels, reader, writer: () => this.#writer(kind) });
  }

  #writer(kind: RunKind): RunWriter {
    const { ports, meta, keys, key, objectId } = this.#options;
    const sealing =
      kind === 'catalog'
        ? { key: this.#catalogKeys, keyId: key.id }
        : { key: keys.derived.meta, keyId: '' };
    return new RunWriter({ ports, meta, kind, objectId, ...sealing });
  }
}
