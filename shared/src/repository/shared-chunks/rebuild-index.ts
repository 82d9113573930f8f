import { isDamage } from '../damaged.ts';
import { decodeAddress } from '../index/address.ts';
import { openPlaceReaders, type PlaceReaders } from '../object/object-readers.ts';
import { type ObjectRecord, readRecord } from '../object/object-record.ts';
import { decodePlace, isSharedPlace, type SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import { mergeLevels } from '../run/merge-levels.ts';
import type { SharedChunkIndex } from './shared-chunk-index.ts';
import type { SharedChunk } from './shared-chunks.ts';

const objectsAtOnce = 8;
const batchChunks = 10_000;

/**
 * Adds the shared contents that the newest points name: out of indexes and
 * tables, no rows and no data. Damaged objects are left out.
 */
export async function rebuildIndex(context: OpenContext, index: SharedChunkIndex): Promise<void> {
  const roots = newestRoots(context)[Symbol.iterator]();
  const work = async () => {
    for (const root of { [Symbol.iterator]: () => roots }) await addObject(context, index, root);
  };
  await Promise.all(Array.from({ length: objectsAtOnce }, work));
}

function* newestRoots({ log }: OpenContext): Generator<string> {
  for (const objects of log.state.points.values()) {
    for (const { points } of objects.values()) {
      const newest = points.at(-1);
      if (newest !== undefined) yield newest.root;
    }
  }
}

async function addObject(
  context: OpenContext,
  index: SharedChunkIndex,
  root: string,
): Promise<void> {
  try {
    let batch: SharedChunk[] = [];
    for await (const chunk of sharedChunksOf(context, root)) {
      batch.push(chunk);
      if (batch.length < batchChunks) continue;
      await index.add(batch);
      batch = [];
    }
    if (batch.length > 0) await index.add(batch);
  } catch (error) {
    if (!isDamage(error)) throw error;
  }
}

async function* sharedChunksOf(
  { ports, keys, meta, relocations }: OpenContext,
  root: string,
): AsyncGenerator<SharedChunk> {
  const { compute } = ports;
  const record = await readRecord({ compute, keys, meta }, root);
  const { objectId } = record;
  const metaKey = keys.derived.meta;
  const readers = openPlaceReaders({ compute, meta, objectId, metaKey, relocations });
  const places = await sharedPlaces(readers, record);
  if (places.size === 0) return;
  for await (const { key, value } of mergeLevels(readers.index, record.index)) {
    if (value === undefined) continue;
    const address = decodeAddress(value);
    const place = places.get(address.segment);
    if (place !== undefined) yield { contentId: key, address, place };
  }
}

async function sharedPlaces(
  { table }: PlaceReaders,
  record: ObjectRecord,
): Promise<ReadonlyMap<string, SegmentPlace>> {
  const places = new Map<string, SegmentPlace>();
  for await (const { key, value } of mergeLevels(table, record.table)) {
    const place = value && decodePlace(value);
    if (place !== undefined && isSharedPlace(place)) places.set(key, place);
  }
  return places;
}
