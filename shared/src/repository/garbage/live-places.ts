import { damaged } from '../damaged.ts';
import type { LogState } from '../log/state.ts';
import { openPlaceReaders, type PlaceReaders } from '../object/object-readers.ts';
import {
  decodeRoot,
  keyIdsOf,
  type ObjectRecord,
  readRecordOrLost,
} from '../object/object-record.ts';
import { decodePlace, movedTo, type SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { RunRef } from '../run/run-layout.ts';

/** What marking meets. A pack may come several times. */
export type Reached =
  | { readonly type: 'meta'; readonly pack: string }
  /** Keys that a record names; those of segments are in their places. */
  | { readonly type: 'keys'; readonly keyIds: readonly string[] }
  | {
      readonly type: 'segment';
      readonly segment: string;
      readonly place: SegmentPlace;
      readonly objectId: string;
    };

/**
 * Everything that the roots reach, by the state's relocation table. Reads
 * records, the sorted lists in the directories of indexes, and tables: no rows,
 * and with no object key. A run that several points share is read once; of the
 * lists one object's is held at a time. Fails rather than leave something out:
 * E_REPOSITORY_DAMAGED.
 */
export async function* livePlaces(
  context: OpenContext,
  roots: Iterable<string>,
  state: LogState,
): AsyncGenerator<Reached> {
  const relocations = await context.relocations.tableOf(state);
  for (const pack of relocations.holders) yield { type: 'meta', pack };
  let walk: ObjectWalk | undefined;
  for (const root of roots) {
    const record = await readRecordOrLost(readingOf(context), root);
    if ('lost' in record) {
      yield { type: 'meta', pack: decodeRoot(root).ref.pack };
      yield { type: 'keys', keyIds: keyIdsOf(record) };
      continue;
    }
    const { objectId } = record;
    yield { type: 'keys', keyIds: keyIdsOf(record) };
    if (walk?.objectId !== objectId) walk = new ObjectWalk(context, { objectId, relocations });
    yield* walk.reached(record);
  }
}

function readingOf({ ports, keys, meta }: OpenContext) {
  return { compute: ports.compute, keys, meta };
}

/** The points of one object, one after the other. */
class ObjectWalk {
  readonly objectId: string;
  readonly #readers: PlaceReaders;
  /** Index runs whose lists were read. */
  readonly #read = new Set<string>();

  constructor(
    context: OpenContext,
    { objectId, relocations }: { readonly objectId: string } & Pick<PlaceReaders, 'relocations'>,
  ) {
    const { compute, meta, keys } = { ...context.ports, ...context };
    const metaKey = keys.derived.meta;
    this.objectId = objectId;
    this.#readers = openPlaceReaders({ compute, meta, objectId, metaKey, relocations });
  }

  async *reached({ catalog, index, table, besidePacks }: ObjectRecord): AsyncGenerator<Reached> {
    const { objectId } = this;
    for (const pack of besidePacks) yield { type: 'meta', pack };
    for (const { pack } of [catalog, index, table].flat(2)) yield { type: 'meta', pack };
    for (const segment of await this.#unread(index.flat())) {
      const row = await this.#placeIn(table, segment);
      const place = movedTo(row, await this.#readers.relocations.place(segment));
      yield { type: 'segment', segment, place, objectId };
    }
  }

  /** Segments of lists that no earlier point had, in order. */
  async #unread(runs: readonly RunRef[]): Promise<Iterable<string>> {
    const segments = new Set<string>();
    for (const run of runs) {
      const id = `${run.pack}:${run.offset}`;
      if (this.#read.has(id)) continue;
      this.#read.add(id);
      const { segments: listed } = await this.#readers.index.directory(run);
      for (const segment of listed) segments.add(segment);
    }
    return [...segments].sort();
  }

  async #placeIn(table: ObjectRecord['table'], segment: string): Promise<SegmentPlace> {
    const value = await this.#readers.table.get(table, segment);
    if (value !== undefined) return decodePlace(value);
    const { objectId } = this;
    throw damaged(`the table of object ${objectId} does not know segment ${segment}`, { objectId });
  }
}
