import { toHex } from '../bytes.ts';
import { encodeJson } from '../json.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { MetaPacks, MetaRef } from '../meta/meta-packs.ts';
import type { SegmentLocation } from '../object/segment-place.ts';
import type { RepositoryPorts } from '../ports.ts';
import type { Level } from '../run/run-layout.ts';
import { RunWriter } from '../run/run-writer.ts';
import { sealBox } from '../segment/box.ts';
import {
  encodeRelocationRoot,
  type RelocationRecord,
  type RelocationTable,
} from './relocations.ts';

export interface WriteRelocations {
  readonly ports: RepositoryPorts;
  readonly keys: KeyRing;
  readonly meta: MetaPacks;
  /** The newest table so far. */
  readonly before: RelocationTable;
  readonly moved: ReadonlyMap<string, SegmentLocation>;
  /** Asked for each pack of the table when levels are merged. */
  readonly keeps: (pack: string) => Promise<boolean>;
}

export interface WrittenRelocations {
  readonly root: string;
  /** Meta packs that were written for it. */
  readonly packs: ReadonlySet<string>;
}

const levelsMax = 8;

/** Puts what was moved on top of the table, and merges its levels when there are many. */
export async function writeRelocations(options: WriteRelocations): Promise<WrittenRelocations> {
  const { before, moved } = options;
  const isMerging = before.levels.length >= levelsMax;
  const level = isMerging
    ? await writeLevel(options, merged(options))
    : await writeLevel(options, inOrder(moved));
  const table = isMerging ? [level] : [level, ...before.levels];
  const record = await writeRecord(options, { format: 1, table });
  const packs = new Set([record.pack, ...level.map(({ pack }) => pack)]);
  return { root: encodeRelocationRoot(record), packs };
}

async function writeLevel(
  { ports, keys, meta }: WriteRelocations,
  rows: AsyncIterable<readonly [string, SegmentLocation]>,
): Promise<Level> {
  const key = keys.derived.meta;
  const writer = new RunWriter({ ports, meta, kind: 'table', key, keyId: '', objectId: '' });
  for await (const [segment, place] of rows) {
    await writer.add({ key: segment, value: encodeJson(place) });
  }
  return writer.finish();
}

async function* inOrder(moved: ReadonlyMap<string, SegmentLocation>) {
  for (const segment of [...moved.keys()].sort()) {
    const place = moved.get(segment);
    if (place !== undefined) yield [segment, place] as const;
  }
}

/** Both in order of segments; what was moved again counts. */
async function* merged({ before, moved, keeps }: WriteRelocations) {
  const fresh = inOrder(moved);
  let next = await fresh.next();
  for await (const [segment, place] of before.rows()) {
    for (; !next.done && next.value[0] <= segment; next = await fresh.next()) yield next.value;
    if (!moved.has(segment) && (await keeps(place.pack))) yield [segment, place] as const;
  }
  for (; !next.done; next = await fresh.next()) yield next.value;
}

async function writeRecord(
  { ports, keys, meta }: WriteRelocations,
  record: RelocationRecord,
): Promise<MetaRef> {
  const kind = 'relocation';
  const box = await sealBox(ports, { key: keys.derived.meta, kind }, encodeJson(record));
  const id = toHex(box.subarray(0, 16));
  return meta.append({ id, kind, frames: [box.length - 16], keyId: '', objectId: '' }, box);
}
