import type { BlobStore } from '@firn/shared/repository/ports';
import {
  type StorageClass,
  type ThawSpeed,
  thawSpeedsOf,
} from '@firn/shared/storage-class/storage-class';
import type { ArchiveRows } from './archive-rows.ts';
import { archiveClassesOf, type Cloud } from './cloud/cloud.ts';
import {
  type ArchivedBlobs,
  type Compared,
  compareDeleting,
  compareKeeping,
  compareThawing,
  compareWriting,
  errorOf,
} from './compare-prices.ts';
import { type Kept, keptMonths } from './costs.ts';

/** Enough that it does not matter much when each of them is warm. */
const packsMax = 32;
const packsWritten = 4;
const deletedAgeDays = 30;
const warmDays = 1;
/** A thaw that begins then spans a midnight at some speeds of each storage, and none at others. */
const beginHours = [2, 8, 14, 20];

export interface Pricing {
  readonly cloud: Cloud;
  readonly rows: ArchiveRows;
  readonly onStep: (step: string) => void;
}

/** The copies that are there, for 36 months. */
export async function tellKeeping({ cloud, rows, onStep }: Pricing, kept: Kept): Promise<void> {
  onStep('the price of keeping, said and billed');
  const { storageClass } = cloud;
  const compared = await compareKeeping(cloud, storageClass, { ...kept, months: keptMonths });
  tell(rows, `keep ${keptMonths} months`, compared);
}

/** Packs in each archive class that the storage has: written, deleted early, retrieved at each speed. */
export async function tellArchivePrices(
  pricing: Pricing,
  source: BlobStore,
  packBytes: number,
): Promise<void> {
  const packs = (await Array.fromAsync(source.list('packs/'))).slice(0, packsMax);
  for (const storageClass of archiveClassesOf(pricing.cloud)) {
    await tellWriting(pricing, { store: source, storageClass, blobs: fullPacks(packBytes) });
    const archived = await archive(source, storageClass, packs);
    const speeds = thawSpeedsOf(pricing.cloud.prices.provider, storageClass);
    for (const speed of speeds) await tellThawing(pricing, archived, speed);
    for (const { name } of archived.blobs) await source.delete(name);
  }
}

async function archive(
  store: BlobStore,
  storageClass: StorageClass,
  packs: ArchivedBlobs['blobs'],
): Promise<ArchivedBlobs> {
  const blobs = packs.map(({ name, size }) => ({ from: name, name: `priced/${name}`, size }));
  for (const { from, name } of blobs) await store.copy(from, name, { storageClass });
  return { store, storageClass, blobs };
}

function fullPacks(packBytes: number): ArchivedBlobs['blobs'] {
  const numbers = Array.from({ length: packsWritten }, (_, number) => number);
  return numbers.map((number) => ({ name: `priced/full-${number}`, size: packBytes }));
}

async function tellWriting({ cloud, rows, onStep }: Pricing, packs: ArchivedBlobs): Promise<void> {
  const { storageClass } = packs;
  onStep(`the price of writing and of deleting early, ${storageClass}`);
  tell(rows, `write ${storageClass}`, await compareWriting(cloud, packs));
  const deleted = await compareDeleting(cloud, packs, deletedAgeDays);
  tell(rows, `delete ${storageClass} after ${deletedAgeDays} days`, deleted);
}

/** Of several hours of the day, the one of which the least was known. */
async function tellThawing(
  { cloud, rows, onStep }: Pricing,
  archived: ArchivedBlobs,
  speed: ThawSpeed,
): Promise<void> {
  onStep(`the price of retrieving, ${archived.storageClass} ${speed}`);
  const compared: Compared[] = [];
  for (const hour of beginHours) {
    compared.push(await compareThawing(cloud, archived, { speed, days: warmDays, hour }));
  }
  const worst = compared.reduce((one, other) => (errorOf(one) < errorOf(other) ? other : one));
  tell(rows, `retrieve ${archived.storageClass} ${speed}`, worst);
}

function tell(rows: ArchiveRows, what: string, compared: Compared): void {
  rows.of(what).add('said', 'dollars', compared.said);
  rows.of(what, 'storage').add('billed', 'dollars', compared.billed);
  rows.of(what).add('price.error', 'ratio', errorOf(compared));
}
