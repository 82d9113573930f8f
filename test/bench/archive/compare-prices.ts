/** What Firn says that something costs, beside what the storage bills for it. */
import {
  costOfDeleting,
  costOfKeeping,
  costOfWriting,
  estimateThaw,
  type ThawEstimate,
} from '@firn/shared/prices/costs';
import type { BlobStore } from '@firn/shared/repository/ports';
import { thawingOf } from '@firn/shared/repository/retrieve/thawing-of';
import {
  longestThawMs,
  type StorageClass,
  type ThawSpeed,
} from '@firn/shared/storage-class/storage-class';
import type { Cloud } from './cloud/cloud.ts';
import type { Kept } from './costs.ts';

const hourMs = 3_600_000;
const dayHours = 24;
const chunkBytes = 2 ** 20;
export const monthMs = 730 * hourMs;
/** Longer than any copy of S3's lasts beyond the days that a retrieval asks for. */
const daysAfter = 14;

export interface Compared {
  readonly said: number;
  readonly billed: number;
}

export function errorOf({ said, billed }: Compared): number {
  return Math.abs(said - billed) / billed;
}

/** Blobs of one archive class. */
export interface ArchivedBlobs {
  readonly store: BlobStore;
  readonly storageClass: StorageClass;
  readonly blobs: readonly { readonly name: string; readonly size: number }[];
}

export function keptOf({ blobs }: Pick<ArchivedBlobs, 'blobs'>): Kept {
  return { blobs: blobs.length, bytes: blobs.reduce((sum, { size }) => sum + size, 0) };
}

/** So many months go by over all that lies in the class. */
export async function compareKeeping(
  cloud: Cloud,
  storageClass: StorageClass,
  { months, ...kept }: Kept & { readonly months: number },
): Promise<Compared> {
  const { prices } = cloud;
  await cloud.beginBill();
  await cloud.advance(months * monthMs);
  const { keptDollars } = await cloud.bill();
  // The hot share of an archived blob is billed with everything else that is hot.
  const hotBytes = kept.blobs * (prices.classes[storageClass]?.hotBytes ?? 0);
  const hot = costOfKeeping(prices, 'hot', { blobs: 0, bytes: hotBytes, months }).total;
  const said = costOfKeeping(prices, storageClass, { ...kept, months }).total - hot;
  return { said, billed: keptDollars[storageClass] ?? 0 };
}

/** So many bytes are written in blobs of one size. */
export async function compareWriting(
  cloud: Cloud,
  { store, storageClass, blobs }: ArchivedBlobs,
): Promise<Compared> {
  const said = costOfWriting(cloud.prices, storageClass, keptOf({ blobs })).total;
  await cloud.beginBill();
  for (const { name, size } of blobs) {
    await store.putStream(name, zeros(size), { storageClass });
  }
  return { said, billed: (await cloud.bill()).requestDollars };
}

async function* zeros(bytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes; at += chunkBytes) {
    yield new Uint8Array(Math.min(chunkBytes, bytes - at));
  }
}

/** All of them are deleted when they are so old. */
export async function compareDeleting(
  cloud: Cloud,
  archived: ArchivedBlobs,
  ageDays: number,
): Promise<Compared> {
  const { store, storageClass, blobs } = archived;
  const said = costOfDeleting(cloud.prices, storageClass, { ...keptOf(archived), ageDays }).total;
  await cloud.advance(ageDays * dayHours * hourMs);
  await cloud.beginBill();
  for (const { name } of blobs) await store.delete(name);
  const { requestDollars, earlyDeletionDollars } = await cloud.bill();
  return { said, billed: requestDollars + earlyDeletionDollars };
}

export interface ThawAsked {
  readonly speed: ThawSpeed;
  /** How long everything is to stay readable. */
  readonly days: number;
  /** Of the day (UTC) when it begins. */
  readonly hour: number;
}

/** A retrieval of these blobs, until the last of them is cold again. */
export async function compareThawing(
  cloud: Cloud,
  archived: ArchivedBlobs,
  asked: ThawAsked,
): Promise<Compared> {
  const { store, storageClass } = archived;
  const { speed, days, hour } = asked;
  const hotPerHour = await hotDollarsPerHour(cloud);
  await advanceToHour(cloud, store, hour);
  const nowMs = await storageNow(store);
  const thawed = { ...keptOf(archived), speed, days, nowMs };
  const estimate = estimateThaw(cloud.prices, storageClass, thawed);
  if (estimate === undefined) throw new Error(`${storageClass} has no speed ${speed}`);
  await cloud.beginBill();
  const hours = await thaw(cloud, archived, { ...asked, estimate });
  const bill = await cloud.bill();
  const warm = (bill.keptDollars.hot ?? 0) - hotPerHour * hours;
  const billed = bill.requestDollars + bill.retrievalDollars + bill.earlyDeletionDollars + warm;
  return { said: estimate.cost.total, billed };
}

/** @returns hours that went by */
async function thaw(
  cloud: Cloud,
  { store, blobs }: ArchivedBlobs,
  { speed, days, hour, estimate }: ThawAsked & { readonly estimate: ThawEstimate },
): Promise<number> {
  const thawing = thawingOf(store);
  const retrievalId = `bench-${speed}-${hour}`;
  let hours = 0;
  const pass = async (passing: number) => {
    hours += passing;
    await cloud.advance(passing * hourMs);
  };
  // As a retrieval asks: the first is still warm when the last one is.
  const readableMs = days * dayHours * hourMs + longestThawMs[speed];
  for (const { name } of blobs) await thawing.begin(name, { retrievalId, speed, readableMs });
  const names = new Set(blobs.map(({ name }) => name));
  const isThawing = async () => {
    const states = await Array.fromAsync(thawing.states(retrievalId, names));
    return states.some(([, { state }]) => state === 'thawing');
  };
  await pass(estimate.hours[1]);
  while (await isThawing()) await pass(1);
  await pass(days * dayHours);
  await thawing.end(retrievalId);
  await pass(daysAfter * dayHours);
  return hours;
}

/** Of everything that is hot anyway. */
async function hotDollarsPerHour(cloud: Cloud): Promise<number> {
  const hours = 10;
  await cloud.beginBill();
  await cloud.advance(hours * hourMs);
  const { keptDollars } = await cloud.bill();
  return (keptDollars.hot ?? 0) / hours;
}

async function advanceToHour(cloud: Cloud, store: BlobStore, hour: number): Promise<void> {
  const ofDayMs = (await storageNow(store)) % (dayHours * hourMs);
  const untilMs = (hour * hourMs - ofDayMs + dayHours * hourMs) % (dayHours * hourMs);
  if (untilMs > 0) await cloud.advance(untilMs);
}

/** Asked anew: a store carries on what the last reply said, and the clock was moved since. */
async function storageNow(store: BlobStore): Promise<number> {
  await store.head('the-time');
  const nowMs = await store.locks?.now();
  if (nowMs === undefined) throw new Error('the storage tells no time');
  return nowMs;
}
