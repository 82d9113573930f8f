import { fromUtf8 } from '../bytes.ts';
import { damaged, decoding, naming } from '../damaged.ts';
import type { KeyRing } from '../keys/key-ring.ts';
import type { MetaReader, MetaRef } from '../meta/meta-packs.ts';
import type { Compute } from '../ports.ts';
import { openBox } from '../segment/box.ts';

export interface ReadSheet {
  readonly compute: Compute;
  readonly keys: KeyRing;
  readonly meta: MetaReader;
}

export interface PlaceInSheet {
  readonly ref: MetaRef;
  readonly ordinal: number;
}

/** Of each reader; at most 8 MiB, as a sheet seldom has more than 128 KiB. */
const sheetsMax = 64;

/** Opened sheets by who reads them: neighbours of a record are asked for next. */
const openedBy = new WeakMap<MetaReader, Map<string, Promise<readonly string[]>>>();

/** One record of a sheet, by what decodes its line. E_REPOSITORY_DAMAGED naming the meta pack. */
export function recordInSheet<T>(
  reading: ReadSheet,
  { ref, ordinal }: PlaceInSheet,
  decode: (line: string) => T,
): Promise<T> {
  return naming(`an object record in ${ref.pack}`, { blob: ref.pack }, async () => {
    const record = (await openedSheet(reading, ref))[ordinal];
    if (record === undefined) throw damaged(`the sheet has no record ${ordinal}`);
    return decode(record);
  });
}

function openedSheet(reading: ReadSheet, ref: MetaRef): Promise<readonly string[]> {
  const sheets = openedBy.get(reading.meta) ?? new Map<string, Promise<readonly string[]>>();
  openedBy.set(reading.meta, sheets);
  const name = `${ref.pack}:${ref.offset}`;
  const opened = sheets.get(name) ?? openSheet(reading, ref);
  sheets.delete(name);
  sheets.set(name, opened);
  opened.catch(() => sheets.delete(name));
  const [oldest] = sheets.keys();
  if (sheets.size > sheetsMax && oldest !== undefined) sheets.delete(oldest);
  return opened;
}

async function openSheet(
  { compute, keys, meta }: ReadSheet,
  ref: MetaRef,
): Promise<readonly string[]> {
  const opening = { key: keys.derived.meta, kind: 'record' } as const;
  const opened = await openBox(compute, opening, await meta.read(ref));
  return decoding('a sheet', () => fromUtf8(opened)).split('\n');
}
