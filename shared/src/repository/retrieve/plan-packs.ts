import { mustThaw } from '../../storage-class/storage-class.ts';
import { ahead } from '../ahead.ts';
import { dataPrefixes } from '../log/names.ts';
import type { BlobInfo, BlobStore } from '../ports.ts';
import type { NeededPack } from './packs-needed.ts';
import { copiesOfAny, thawingOf } from './thawing-of.ts';

/**
 * - `hot`: lies in a class that can be read
 * - `warm`: is thawed already, by this retrieval or another
 * - `thawing`: is on its way, and paid
 * - `cold`: has to be thawed
 * - `missing`: is not there
 */
export type PackState = 'hot' | 'warm' | 'thawing' | 'cold' | 'missing';

export interface PlannedPack extends NeededPack {
  readonly state: PackState;
  /** Where another retrieval has it, or will: it is copied from there, without a thaw. */
  readonly warmCopy?: string | undefined;
}

interface Asked {
  readonly retrievalId: string;
  readonly signal: AbortSignal;
}

/** For more, a listing tells thousands of packs with one request. */
const headsMax = 20;
const headsAtOnce = 8;

/** What the storage says of the packs: by listings, of nothing that is cold. */
export async function planPacks(
  store: BlobStore,
  needed: readonly NeededPack[],
  { retrievalId, signal }: Asked,
): Promise<readonly PlannedPack[]> {
  const infos = await infosOf(store, needed, signal);
  const archived = new Set<string>();
  for (const { name, storageClass } of infos.values()) {
    if (mustThaw(storageClass)) archived.add(name);
  }
  const begun = new Map<string, PackState>();
  if (archived.size > 0) {
    for await (const [name, { state }] of thawingOf(store).states(retrievalId, archived, signal)) {
      begun.set(name, state);
    }
  }
  const unthawed = new Set([...archived].filter((name) => !begun.has(name)));
  const elsewhere = await copiesOfAny(store, unthawed, signal);
  return needed.map((each): PlannedPack => {
    const info = infos.get(each.pack);
    if (info === undefined) return { ...each, state: 'missing' };
    const pack = { ...each, packBytes: info.size };
    if (!archived.has(each.pack)) return { ...pack, state: 'hot' };
    const other = elsewhere.get(each.pack);
    const warmCopy = other?.name;
    if (other?.isWarm === true) return { ...pack, state: 'warm', warmCopy };
    return { ...pack, state: begun.get(each.pack) ?? 'cold', warmCopy };
  });
}

async function infosOf(
  store: BlobStore,
  needed: readonly NeededPack[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, BlobInfo>> {
  const infos = new Map<string, BlobInfo>();
  const names = new Set(needed.map(({ pack }) => pack));
  if (names.size <= headsMax) {
    for await (const info of ahead(names, headsAtOnce, (name) => store.head(name, signal))) {
      if (info !== undefined) infos.set(info.name, info);
    }
    return infos;
  }
  for (const prefix of dataPrefixes) {
    for await (const info of store.list(prefix, signal)) {
      if (names.has(info.name)) infos.set(info.name, info);
    }
  }
  return infos;
}
