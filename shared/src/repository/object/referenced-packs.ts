import { mergeLevels, referredSegments } from '../run/merge-levels.ts';
import type { PlaceReaders } from './object-readers.ts';
import { type ObjectLevels, runsOf } from './object-record.ts';
import { decodePlace, movedTo, type SegmentPlace } from './segment-place.ts';

/** Places of all segments that the index refers to, by segment. Reads lists and the table, no rows. */
export async function* referencedPlaces(
  levels: ObjectLevels,
  readers: PlaceReaders,
): AsyncGenerator<readonly [string, SegmentPlace]> {
  const segments = await referredSegments(readers.index, levels.index);
  for await (const { key, value } of mergeLevels(readers.table, levels.table)) {
    if (value === undefined || !segments.has(key)) continue;
    yield [key, movedTo(decodePlace(value), await readers.relocations.place(key))];
  }
}

/** Data packs and meta packs that an object's levels need. */
export async function referencedPacks(
  levels: ObjectLevels,
  readers: PlaceReaders,
): Promise<Set<string>> {
  const packs = new Set(runsOf(levels).map(({ pack }) => pack));
  for await (const [, { pack }] of referencedPlaces(levels, readers)) packs.add(pack);
  return packs;
}
