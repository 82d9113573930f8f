import { encodeAddress } from '../index/address.ts';
import { encodeJson } from '../json.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import type { ObjectState } from '../object/object-state.ts';
import { decodePlace, isSharedPlace, type SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { Level, Levels, RunEntry, RunKind, RunRef } from '../run/run-layout.ts';
import { RunWriter } from '../run/run-writer.ts';
import { openSegmentKey, wrapSegmentKey } from '../segment/wrapped-key.ts';
import type { SessionPacks } from '../session/session-packs.ts';
import type { FoundContents } from './found-contents.ts';
import type { ObjectRuns } from './object-runs.ts';

export interface MendedRunsOptions {
  readonly context: OpenContext;
  readonly packs: SessionPacks;
  readonly objectId: string;
  readonly runs: ObjectRuns;
  readonly found: FoundContents;
  /** Under which the object's new rows lie. */
  readonly ownKey: () => Promise<ObjectKey>;
}

interface FoundLevels {
  readonly index: Level;
  readonly table: Level;
}

/** What is written in place of damaged runs of one object: each once, for all states that share it. */
export class MendedRuns {
  readonly #options: MendedRunsOptions;
  /** By segment of the run and key. */
  readonly #replaced = new Map<string, Level>();
  #found: FoundLevels | undefined;

  constructor(options: MendedRunsOptions) {
    this.#options = options;
  }

  async catalog(state: ObjectState, key: ObjectKey): Promise<Levels> {
    return this.#levels(state, 'catalog', key);
  }

  /** What was found elsewhere lies on top. */
  async index(state: ObjectState): Promise<Levels> {
    return onTop((await this.#foundLevels()).index, await this.#levels(state, 'index'));
  }

  async table(state: ObjectState): Promise<Levels> {
    return onTop((await this.#foundLevels()).table, await this.#levels(state, 'table'));
  }

  /** @param key of catalogs; else the meta key */
  async writer(kind: RunKind, key?: ObjectKey): Promise<RunWriter> {
    const { context, packs, objectId } = this.#options;
    const { ports, keys } = context;
    const sealing =
      key === undefined
        ? { key: keys.derived.meta, keyId: '' }
        : { key: await keys.objectKeys({ keyId: key.id, olderKeyIds: [] }), keyId: key.id };
    return new RunWriter({ ports, meta: packs.meta, kind, objectId, ...sealing });
  }

  async #levels(state: ObjectState, kind: RunKind, key?: ObjectKey): Promise<Levels> {
    const levels: Level[] = [];
    for (const level of state.record[kind]) {
      const mended: RunRef[] = [];
      for (const run of level) mended.push(...(await this.#mended(state, { kind, run, key })));
      if (mended.length > 0) levels.push(mended);
    }
    return levels;
  }

  async #mended(
    state: ObjectState,
    { kind, run, key }: { kind: RunKind; run: RunRef; key: ObjectKey | undefined },
  ): Promise<Level> {
    const { runs } = this.#options;
    if (runs.isSound(run)) return [run];
    const id = `${run.segment} ${key?.id ?? ''}`;
    const known = this.#replaced.get(id);
    if (known !== undefined) return known;
    const writer = await this.writer(kind, key);
    for await (const entry of state.readers[kind].scanSound(run, '', () => {})) {
      if (isKept(runs, kind, entry)) await writer.add(entry);
    }
    const level = await writer.finish();
    this.#replaced.set(id, level);
    return level;
  }

  async #foundLevels(): Promise<FoundLevels> {
    this.#found ??= { index: await this.#foundIndex(), table: await this.#foundTable() };
    return this.#found;
  }

  async #foundIndex(): Promise<Level> {
    const { places } = this.#options.found;
    const writer = await this.writer('index');
    for (const [contentId, { address }] of inOrder(places)) {
      await writer.add({ key: contentId, value: encodeAddress(address) });
    }
    return writer.finish();
  }

  /** Where a table is damaged, also all that the others tell. */
  async #foundTable(): Promise<Level> {
    const { found, runs } = this.#options;
    const rows = new Map<string, SegmentPlace>();
    for (const { address, place } of found.places.values()) {
      const { segment } = address;
      if (!rows.has(segment)) rows.set(segment, await this.#ownRow(segment, place));
    }
    for (const [segment, place] of runs.isTableDamaged ? runs.places : []) {
      if (!rows.has(segment) && !runs.lostKeys.has(place.keyId)) rows.set(segment, place);
    }
    const writer = await this.writer('table');
    for (const [segment, place] of inOrder(rows)) {
      await writer.add({ key: segment, value: encodeJson(place) });
    }
    return writer.finish();
  }

  /** What was found by the key of another object comes under one of the object's own. */
  async #ownRow(id: string, place: SegmentPlace): Promise<SegmentPlace> {
    const { context, found, ownKey } = this.#options;
    const { keyId, segmentKey } = place;
    if (!isSharedPlace(place) || found.ownKeyIds.has(keyId)) return place;
    const { compute } = context.ports;
    const othersKey = await context.keys.objectKey(keyId);
    const segment = await openSegmentKey(compute, othersKey, { id, segmentKey });
    const own = await ownKey();
    const wrapped = await wrapSegmentKey(compute, own.key, segment);
    return { ...place, keyId: own.id, segmentKey: wrapped };
  }
}

/** Of an index what can be read, of a table what lies under a key that is there. */
function isKept(runs: ObjectRuns, kind: RunKind, { value }: RunEntry): boolean {
  if (kind === 'index') return value !== undefined && runs.usable(value) !== undefined;
  if (kind === 'table') return value !== undefined && !runs.isLostRow(decodePlace(value));
  return true;
}

function onTop(level: Level, levels: Levels): Levels {
  return level.length === 0 ? levels : [level, ...levels];
}

function inOrder<T>(map: ReadonlyMap<string, T>): (readonly [string, T])[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}
