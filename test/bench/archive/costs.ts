/** What the storage bills, beside what was said before. */
import { costOfKeeping, costOfWriting, estimateThaw } from '@firn/shared/prices/costs';
import type { PriceTable } from '@firn/shared/prices/price-table';
import { standardPrices } from '@firn/shared/prices/standard-prices';
import type { BlobStore } from '@firn/shared/repository/ports';
import {
  longestThawMs,
  type StorageClass,
  type ThawSpeed,
} from '@firn/shared/storage-class/storage-class';
import type { RunningFake } from '../../../shared/test/s3/s3-fake.ts';

export const table: PriceTable = standardPrices('s3', 'us-east-1');
const hourMs = 3_600_000;
const monthHours = 730;
const partBytes = 8 * 2 ** 20;

export interface Meter {
  readonly requests: Readonly<Record<string, number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly dollars: { readonly requests: number; readonly retrieval: number };
  readonly storage: { readonly gbMonths: Readonly<Record<string, number>> };
}

export async function readMeter(fake: RunningFake): Promise<Meter> {
  return (await fake.ask('meter')) as Meter;
}

function advance(fake: RunningFake, ms: number): Promise<void> {
  return fake.administer('clock', { advanceMs: ms });
}

export interface Compared {
  readonly said: number;
  readonly billed: number;
}

export interface Kept {
  readonly blobs: number;
  readonly bytes: number;
}

/** So many months go by. Only what lies in the class counts. */
export async function compareKeeping(
  fake: RunningFake,
  storageClass: StorageClass,
  kept: Kept & { readonly months: number },
): Promise<Compared> {
  await fake.administer('meter/reset', {});
  await advance(fake, kept.months * monthHours * hourMs);
  const { gbMonths } = (await readMeter(fake)).storage;
  const name = storageClass === 'deep-archive' ? 'DEEP_ARCHIVE' : 'GLACIER';
  const own = { ...kept, blobs: 0 };
  // The hot share of an archived object lies in STANDARD, with everything else that is hot.
  const hot =
    costOfKeeping(table, storageClass, kept).total -
    costOfKeeping(table, storageClass, {
      ...own,
      bytes: kept.bytes + kept.blobs * ownBytes(storageClass),
    }).total;
  const price = table.classes[storageClass]?.storage ?? 0;
  const said = costOfKeeping(table, storageClass, kept).total - hot;
  return { said, billed: (gbMonths[name] ?? 0) * price };
}

function ownBytes(storageClass: StorageClass): number {
  return table.classes[storageClass]?.ownBytes ?? 0;
}

export interface ThawAsked {
  readonly store: BlobStore;
  readonly packs: readonly { readonly pack: string; readonly packBytes: number }[];
  readonly storageClass: StorageClass;
  readonly speed: ThawSpeed;
  readonly days: number;
}

/** A retrieval of these packs, to the day when the last of them is cold again. */
export async function compareThawing(fake: RunningFake, asked: ThawAsked): Promise<Compared> {
  const { store, packs, storageClass, speed, days } = asked;
  const { thawing } = store;
  if (thawing === undefined) throw new Error('the storage has no archive classes');
  const nowMs = (await store.locks?.now()) ?? Date.now();
  const bytes = packs.reduce((sum, { packBytes }) => sum + packBytes, 0);
  const thawed = { blobs: packs.length, bytes, speed, days, nowMs };
  const said = estimateThaw(table, storageClass, thawed)?.cost.total ?? 0;
  const hotPerHour = await hotGbMonthsPerHour(fake);
  await fake.administer('meter/reset', {});
  // As a retrieval asks: the first pack is still warm when the last one is.
  const readableMs = days * 24 * hourMs + longestThawMs[speed];
  for (const { pack } of packs) {
    await thawing.begin(pack, { retrievalId: 'bench', speed, readableMs });
  }
  const hours = (days + 14) * 24;
  await advance(fake, hours * hourMs);
  const { dollars, storage } = await readMeter(fake);
  const copies = (storage.gbMonths['STANDARD'] ?? 0) - hotPerHour * hours;
  const kept = copies * (table.classes['hot']?.storage ?? 0);
  return { said, billed: dollars.requests + dollars.retrieval + kept };
}

/** Of everything that is hot anyway. */
async function hotGbMonthsPerHour(fake: RunningFake): Promise<number> {
  const hours = 10;
  await fake.administer('meter/reset', {});
  await advance(fake, hours * hourMs);
  const { gbMonths } = (await readMeter(fake)).storage;
  return (gbMonths['STANDARD'] ?? 0) / hours;
}

/** Dollars to write so many bytes and keep them 36 months, in blobs of one size, without reading them. */
export function costOfBlobs(
  storageClass: StorageClass,
  { blobs, bytes }: Kept,
  { byLifecycle }: { readonly byLifecycle: boolean },
): number {
  const kept = costOfKeeping(table, storageClass, { blobs, bytes, months: 36 }).total;
  const written = costOfWriting(table, storageClass, { blobs, bytes, partBytes }).total;
  // A lifecycle rule bills a request of the colder class for each object, beside the put.
  const hot = byLifecycle ? costOfWriting(table, 'hot', { blobs, bytes, partBytes }).total : 0;
  return kept + written + hot;
}
