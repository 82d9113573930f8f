import { openStore, type Place } from './world.ts';

/** What lies in the repository of a copy. */
export interface Stored {
  /** In the archive. */
  readonly packs: number;
  readonly bytes: number;
  /** Of the packs: each at most full. */
  readonly fill: number;
  readonly tailBytes: number;
  /** Catalogs, indexes and all the rest, which is hot. */
  readonly metadataBytes: number;
}

export async function storedIn(place: Place, packBytes: number): Promise<Stored> {
  const store = await openStore(place);
  const blobs = await Array.fromAsync(store.list(''));
  const sizesIn = (folder: string) =>
    blobs.filter((blob) => blob.name.startsWith(folder)).map(({ size }) => size);
  const packs = sizesIn('packs/');
  const bytes = sum(packs);
  const tailBytes = sum(sizesIn('tails/'));
  return {
    packs: packs.length,
    bytes,
    fill: sum(packs.map((size) => Math.min(size, packBytes))) / (packs.length * packBytes),
    tailBytes,
    metadataBytes: sum(sizesIn('')) - bytes - tailBytes,
  };
}

/** What is measured later is billed without it. */
export async function deleteAll(place: Place): Promise<void> {
  const store = await openStore(place);
  for await (const blob of store.list('')) await store.delete(blob.name);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
