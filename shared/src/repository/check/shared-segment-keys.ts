import { undefinedWhenDamaged } from '../damaged.ts';
import { ReadableKeys } from '../keys/readable-keys.ts';
import { openPlaceReaders, type PlaceLookup } from '../object/object-readers.ts';
import { readRecord } from '../object/object-record.ts';
import { decodePlace, isSharedPlace, movedTo, type SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { PackSegment } from '../pack/pack-layout.ts';
import type { SegmentKey } from '../segment/segment-key.ts';
import { openSegmentKey } from '../segment/wrapped-key.ts';
import { ownedObjects } from './root-owners.ts';

/** What a row, or a footer, says of the key of a shared segment. */
type KeyRow = Pick<SegmentPlace, 'keyId' | 'segmentKey'>;

type KeyedInFooter = Pick<PackSegment, 'id' | 'keyId' | 'segmentKey'>;

/** The key of a shared segment, and what led to it. */
export interface FoundSegmentKey extends KeyRow {
  readonly key: SegmentKey;
}

export interface SharedSegmentKeysOptions {
  readonly context: OpenContext;
  /** Where segments were moved to. */
  readonly moved: PlaceLookup;
  /** That are held; default 100,000, about 30 MB. */
  readonly rowsMax?: number;
}

const rowsMaxDefault = 100_000;
/** Behind the names of all packs. */
const endOfNames = '\uffff';

/**
 * Keys of shared segments for whoever reads packs by their footers. A footer names
 * the key of one object. When that is gone, since the object was erased, rows of
 * other objects lead to the segment: the tables of all are read for that, as many
 * rows at once as are held. Packs are best asked for in order of names. One call at a time.
 */
export class SharedSegmentKeys {
  readonly #options: SharedSegmentKeysOptions;
  readonly #keys: ReadableKeys;
  /** By pack and segment: of packs from #from on, below #end. */
  readonly #rows = new Map<string, Map<string, KeyRow>>();
  #from = '';
  #end = '';
  #count = 0;

  constructor(options: SharedSegmentKeysOptions) {
    this.#options = options;
    this.#keys = new ReadableKeys(options.context.keys);
  }

  /** Undefined: there is no key of anybody who knows the segment. */
  async find(pack: string, segment: KeyedInFooter): Promise<FoundSegmentKey | undefined> {
    const found = await this.#open(segment.id, segment);
    if (found !== undefined) return found;
    if (pack < this.#from || pack >= this.#end) await this.#load(pack);
    const row = this.#rows.get(pack)?.get(segment.id);
    return row && this.#open(segment.id, row);
  }

  async #open(id: string, { keyId, segmentKey }: KeyRow): Promise<FoundSegmentKey | undefined> {
    if ((await this.#keys.problemOf(keyId)) !== undefined) return undefined;
    const { keys, ports } = this.#options.context;
    const objectKey = await keys.objectKey(keyId);
    const opening = openSegmentKey(ports.compute, objectKey, { id, segmentKey });
    const key = await opening.catch(undefinedWhenDamaged);
    return key && { keyId, segmentKey, key };
  }

  async #load(from: string): Promise<void> {
    this.#rows.clear();
    this.#from = from;
    this.#end = endOfNames;
    this.#count = 0;
    const read = new Set<string>();
    for (const { roots } of ownedObjects(this.#options.context.log.state)) {
      for (const { root } of roots) await this.#addState(root, read);
    }
  }

  /** @param read runs of tables that were read */
  async #addState(root: string, read: Set<string>): Promise<void> {
    const { ports, keys, meta } = this.#options.context;
    const { compute } = ports;
    const record = await readRecord({ compute, keys, meta }, root).catch(undefinedWhenDamaged);
    if (record === undefined) return;
    const { objectId } = record;
    const { moved } = this.#options;
    const opening = { compute, meta, objectId, metaKey: keys.derived.meta, relocations: moved };
    const { table } = openPlaceReaders(opening);
    for (const run of record.table.flat()) {
      if (read.has(run.segment)) continue;
      read.add(run.segment);
      for await (const { key, value } of table.scanSound(run, '', () => {})) {
        if (value !== undefined) await this.#addRow(key, decodePlace(value));
      }
    }
  }

  async #addRow(segment: string, row: SegmentPlace): Promise<void> {
    if (!isSharedPlace(row)) return;
    const moved = await this.#options.moved.place(segment).catch(undefinedWhenDamaged);
    const { pack, keyId, segmentKey } = movedTo(row, moved);
    if (pack < this.#from || pack >= this.#end) return;
    const rows = this.#rows.get(pack) ?? new Map<string, KeyRow>();
    if (rows.has(segment) || (await this.#keys.problemOf(keyId)) !== undefined) return;
    this.#rows.set(pack, rows.set(segment, { keyId, segmentKey }));
    this.#count += 1;
    this.#makeRoom();
  }

  /** What is let go is loaded again when it is asked for. */
  #makeRoom(): void {
    const { rowsMax = rowsMaxDefault } = this.#options;
    if (this.#count <= rowsMax || this.#rows.size < 2) return;
    const last = [...this.#rows.keys()].sort().at(-1) ?? '';
    this.#count -= this.#rows.get(last)?.size ?? 0;
    this.#rows.delete(last);
    this.#end = last;
  }
}
