import { itemKey } from '../catalog/catalog-keys.ts';
import { decodeItem } from '../catalog/decode-row.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { type ContentAddress, decodeAddress, encodeAddress } from '../index/address.ts';
import { encodeJson } from '../json.ts';
import type { KeyRing, ObjectKey } from '../keys/key-ring.ts';
import type { MetaPacks } from '../meta/meta-packs.ts';
import type { RepositoryPorts } from '../ports.ts';
import type { Level, Levels, RunKind } from '../run/run-layout.ts';
import { RunWriter } from '../run/run-writer.ts';
import type { EpochKeys } from '../segment/epoch-keys.ts';
import { compactObject, needsCompaction } from './compact-object.ts';
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
  /** Item-level retention of the job; undefined: it has none. */
  readonly itemsSinceMs?: number | undefined;
}

export interface FinishedDraft extends ObjectLevels {
  readonly counts: RowCounts;
  /** Rows of older items were dropped; undefined: none were. */
  readonly itemsSinceMs?: number | undefined;
}

const bufferBytesMax = 8 * 1024 * 1024;
const addressBytes = 120;

/** An object that lives on is rid of aged items once in so long, whatever else changes. */
const agedForMs = 30 * 86_400_000;

function hasAged(sinceMs: number | undefined, droppedToMs: number | undefined): boolean {
  return sinceMs !== undefined && sinceMs - (droppedToMs ?? 0) >= agedForMs;
}

/**
 * The next state of an object: what was committed before, and on top of it what
 * the session puts. Buffers at most 8 MiB, then writes them as sorted runs.
 */
export class ObjectDraft {
  readonly readers: ObjectReaders;
  readonly #options: DraftOptions;
  readonly #catalogKeys: EpochKeys;
  #catalog: Levels;
  #index: Levels;
  #table: Levels;
  #counts: RowCounts;
  /** False once runs were written that a count would have to search. */
  #countsAreExact = true;
  readonly #rows = new Map<string, Uint8Array | undefined>();
  readonly #addresses = new Map<string, Uint8Array>();
  readonly #places = new Map<string, SegmentPlace>();
  #bufferedBytes = 0;

  private constructor(options: DraftOptions, readers: ObjectReaders, catalogKeys: EpochKeys) {
    const record = options.previous?.record;
    this.#options = options;
    this.#catalogKeys = catalogKeys;
    this.readers = readers;
    this.#catalog = record?.catalog ?? [];
    this.#index = record?.index ?? [];
    this.#table = record?.table ?? [];
    this.#counts = RowCounts.of(record);
  }

  static async open(options: DraftOptions): Promise<ObjectDraft> {
    const { ports, key, keys, olderKeyIds } = options;
    const readers = await openReaders({ ...options, compute: ports.compute, keyId: key.id });
    const catalogKeys = await keys.objectKeys({ keyId: key.id, olderKeyIds });
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
    const buffered = this.#addresses.get(contentId);
    return buffered === undefined ? previous?.address(contentId) : decodeAddress(buffered);
  }

  /** Anywhere in this draft: also in runs that it has written. */
  async address(contentId: string): Promise<ContentAddress | undefined> {
    const value =
      this.#addresses.get(contentId) ?? (await this.readers.index.get(this.#index, contentId));
    return value && decodeAddress(value);
  }

  async putAddress(contentId: string, address: ContentAddress): Promise<void> {
    this.#addresses.set(contentId, encodeAddress(address));
    await this.#buffered(addressBytes);
  }

  putPlace(segment: string, place: SegmentPlace): void {
    this.#places.set(segment, place);
  }

  /** Everything is in the session's meta packs. */
  async finish(): Promise<FinishedDraft> {
    await this.#flush();
    const levels = { catalog: this.#catalog, index: this.#index, table: this.#table };
    const { itemsSinceMs, previous } = this.#options;
    const droppedToMs = previous?.record.itemsSinceMs;
    const isAged = hasAged(itemsSinceMs, droppedToMs);
    if (!needsCompaction(levels) && !isAged && this.#countsAreExact) {
      return { ...levels, counts: this.#counts, itemsSinceMs: droppedToMs };
    }
    const writer = (kind: RunKind) => this.#writer(kind);
    const compacted = await compactObject({ levels, readers: this.readers, writer, itemsSinceMs });
    return { ...compacted, itemsSinceMs: itemsSinceMs ?? droppedToMs };
  }

  async #rowBytes(key: string): Promise<Uint8Array | undefined> {
    if (this.#rows.has(key)) return this.#rows.get(key);
    return this.readers.catalog.get(this.#catalog, key);
  }

  async #setRow(key: string, value: Uint8Array | undefined): Promise<void> {
    await this.#count(key, value !== undefined);
    this.#rows.set(key, value);
    await this.#buffered(key.length + (value?.length ?? 0) + 100);
  }

  async #count(key: string, isPut: boolean): Promise<void> {
    if (!this.#countsAreExact) return;
    const wasThere = (await this.#rowBytes(key)) !== undefined;
    if (wasThere !== isPut) this.#counts = this.#counts.changed(key, isPut ? 1 : -1);
  }

  async #buffered(bytes: number): Promise<void> {
    this.#bufferedBytes += bytes;
    if (this.#bufferedBytes < bufferBytesMax) return;
    await this.#flush();
    // From here on finish counts, while it merges; asking per row would be slow.
    this.#countsAreExact = false;
  }

  async #flush(): Promise<void> {
    this.#catalog = await this.#flushTo(this.#catalog, 'catalog', this.#rows);
    this.#index = await this.#flushTo(this.#index, 'index', this.#addresses);
    const places = [...this.#places].map(([id, place]) => [id, encodeJson(place)] as const);
    this.#table = await this.#flushTo(this.#table, 'table', new Map(places));
    this.#rows.clear();
    this.#addresses.clear();
    this.#places.clear();
    this.#bufferedBytes = 0;
  }

  async #flushTo(
    levels: Levels,
    kind: RunKind,
    entries: ReadonlyMap<string, Uint8Array | undefined>,
  ): Promise<Levels> {
    const level = await this.#writeLevel(kind, entries);
    return level.length === 0 ? levels : [level, ...levels];
  }

  async #writeLevel(
    kind: RunKind,
    entries: ReadonlyMap<string, Uint8Array | undefined>,
  ): Promise<Level> {
    const writer = this.#writer(kind);
    const keys = [...entries.keys()].sort();
    for (const key of keys) await writer.add({ key, value: entries.get(key) });
    return writer.finish();
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
