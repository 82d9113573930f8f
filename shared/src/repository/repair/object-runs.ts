import type { AppError } from '../../errors/app-error.ts';
import { isDamage } from '../damaged.ts';
import { decodeAddress } from '../index/address.ts';
import type { ReadableKeys } from '../keys/readable-keys.ts';
import type { PlaceLookup } from '../object/object-readers.ts';
import { keyIdsOf, runsOf } from '../object/object-record.ts';
import type { ObjectState } from '../object/object-state.ts';
import { decodePlace, movedTo, type SegmentPlace } from '../object/segment-place.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import type { RunKind, RunRef } from '../run/run-layout.ts';
import type { StoredPacks } from './stored-packs.ts';

export interface RunSources {
  readonly packs: StoredPacks;
  /** Where segments were moved to. */
  readonly moved: PlaceLookup;
  readonly keys: ReadableKeys;
}

/** Where a content lies, by the indexes and tables of all states of an object. */
export interface KnownContent {
  /** Undefined: nowhere that can be read. */
  readonly placed: PlacedContent | undefined;
  /** Some index and some table say where it lay. */
  readonly isKnown: boolean;
}

interface FoundRun {
  readonly ref: RunRef;
  readonly state: ObjectState;
}

/** The runs of all states of one object, each of which is read once; and the places of its segments. */
export class ObjectRuns {
  readonly #packs: StoredPacks;
  readonly #places = new Map<string, SegmentPlace>();
  /** By kind and segment, in the order of states and levels: newest first. */
  readonly #runs: Readonly<Record<RunKind, Map<string, FoundRun>>> = {
    ...{ catalog: new Map(), index: new Map(), table: new Map() },
  };
  readonly #damages = new Map<string, readonly AppError[]>();
  readonly #unsound = new Set<string>();
  /** That rows name. */
  readonly #lostKeyIds = new Set<string>();
  #lostKeys: ReadonlyMap<string, AppError> = new Map();

  private constructor(packs: StoredPacks) {
    this.#packs = packs;
  }

  /** @param states newest first */
  static async read(states: readonly ObjectState[], sources: RunSources): Promise<ObjectRuns> {
    const runs = new ObjectRuns(sources.packs);
    for (const state of states) runs.#collect(state);
    await runs.#readTables(sources);
    await runs.#readKeys(states, sources.keys);
    await runs.#readIndexes();
    for (const run of runs.#runs.catalog.values()) await runs.#readThrough('catalog', run);
    return runs;
  }

  /** By tables that can be read, and by what was moved: rows under keys that are there before others. */
  get places(): ReadonlyMap<string, SegmentPlace> {
    return this.#places;
  }

  /** Keys that records or places name and that cannot be read, and why. */
  get lostKeys(): ReadonlyMap<string, AppError> {
    return this.#lostKeys;
  }

  /** What a table said can be lost, of whatever state. */
  get isTableDamaged(): boolean {
    return [...this.#runs.table.keys()].some((segment) => this.#unsound.has(segment));
  }

  /** It can be read; and of an index or a table, what it names can be, too. */
  isSound({ segment }: RunRef): boolean {
    return !this.#unsound.has(segment);
  }

  /** Parts of the run that cannot be read. */
  damagesOf({ segment }: RunRef): readonly AppError[] {
    return this.#damages.get(segment) ?? [];
  }

  isStateSound({ record }: ObjectState): boolean {
    if (keyIdsOf(record).some((id) => this.#lostKeys.has(id))) return false;
    return runsOf(record).every((run) => this.isSound(run));
  }

  /** The place of an address that can be read, as far as is known. */
  usable(value: Uint8Array): PlacedContent | undefined {
    const address = decodeAddress(value);
    const place = this.#places.get(address.segment);
    if (place === undefined || this.#lostKeys.has(place.keyId)) return undefined;
    const placed = { address, place };
    return this.#packs.isUsable(placed) ? placed : undefined;
  }

  /** Looks into every index, past what is damaged. */
  async find(contentId: string): Promise<KnownContent> {
    let isKnown = false;
    for (const { ref, state } of this.#runs.index.values()) {
      const reading = state.readers.index.get([[ref]], contentId);
      const value = await reading.catch(undefinedWhenDamaged);
      if (value === undefined) continue;
      const placed = this.usable(value);
      if (placed !== undefined) return { placed, isKnown: true };
      isKnown ||= this.#places.has(decodeAddress(value).segment);
    }
    return { placed: undefined, isKnown };
  }

  #collect(state: ObjectState): void {
    for (const kind of ['catalog', 'index', 'table'] as const) {
      const known = this.#runs[kind];
      for (const ref of state.record[kind].flat()) {
        if (!known.has(ref.segment)) known.set(ref.segment, { ref, state });
      }
    }
  }

  async #readTables({ moved, keys }: RunSources): Promise<void> {
    const isLost = async (keyId: string) => (await keys.problemOf(keyId)) !== undefined;
    for (const run of this.#runs.table.values()) {
      await this.#readThrough('table', run, async (segment, value) => {
        const row = decodePlace(value);
        const known = this.#places.get(segment);
        if (await isLost(row.keyId)) {
          this.#lostKeyIds.add(row.keyId);
          this.#unsound.add(run.ref.segment);
          if (known !== undefined) return;
        } else if (known !== undefined && !(await isLost(known.keyId))) return;
        this.#places.set(segment, movedTo(row, await moved.place(segment)));
      });
    }
  }

  /** Its key cannot be read. */
  isLostRow({ keyId }: SegmentPlace): boolean {
    return this.#lostKeys.has(keyId);
  }

  async #readKeys(states: readonly ObjectState[], keys: ReadableKeys): Promise<void> {
    const ids = new Set(states.flatMap(({ record }) => [...keyIdsOf(record)]));
    for (const id of this.#lostKeyIds) ids.add(id);
    this.#lostKeys = await keys.lostAmong(ids);
  }

  async #readIndexes(): Promise<void> {
    for (const run of this.#runs.index.values()) {
      await this.#readThrough('index', run, (_, value) => {
        if (this.usable(value) === undefined) this.#unsound.add(run.ref.segment);
      });
    }
  }

  async #readThrough(
    kind: RunKind,
    { ref, state }: FoundRun,
    onEntry: (key: string, value: Uint8Array) => Promise<void> | void = () => {},
  ): Promise<void> {
    const damages: AppError[] = [];
    const entries = state.readers[kind].scanSound(ref, '', (error) => damages.push(error));
    for await (const { key, value } of entries) {
      if (value !== undefined) await onEntry(key, value);
    }
    if (damages.length === 0) return;
    this.#damages.set(ref.segment, damages);
    this.#unsound.add(ref.segment);
  }
}

export function undefinedWhenDamaged(error: unknown): undefined {
  if (isDamage(error)) return undefined;
  throw error;
}
