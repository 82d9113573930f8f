import { longestThawMs, type ThawSpeed } from '../storage-class/storage-class.ts';
import {
  type ClassPrices,
  gbBytes,
  monthMs,
  type PriceTable,
  type ThawPrices,
} from './price-table.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Blobs of a class. */
export interface Kept {
  readonly blobs: number;
  readonly bytes: number;
}

/** What is asked, moved and kept, in the currency of the table. */
export interface Cost {
  readonly requests: number;
  readonly retrieval: number;
  readonly storage: number;
  readonly total: number;
}

/** To keep blobs for so many months. */
export function costOfKeeping(
  table: PriceTable,
  storageClass: string,
  { blobs, bytes, months }: Kept & { readonly months: number },
): Cost {
  const prices = pricesOf(table, storageClass);
  const own = billedBytes(prices, { blobs, bytes }) * prices.storage;
  const hot = blobs * prices.hotBytes * pricesOf(table, 'hot').storage;
  return sumOf({ storage: ((own + hot) / gbBytes) * months });
}

/** To write blobs of about the same size, as the stores do: a blob of one part is put at once. */
export function costOfWriting(
  table: PriceTable,
  storageClass: string,
  { blobs, bytes }: Kept,
): Cost {
  const { write, part } = pricesOf(table, storageClass);
  const parts = blobs === 0 ? 0 : Math.ceil(bytes / blobs / partBytesOf(table.provider));
  // S3 bills the request that begins an upload as it does a part; Azure has none.
  const requests = table.provider === 's3' ? parts + 1 : parts;
  const uploaded = parts > 1 ? (blobs * requests * part) / 1000 : 0;
  return sumOf({ requests: uploaded + (blobs * write) / 1000 });
}

/** Of a part of an upload; Azure's blocks are smaller. */
export function partBytesOf(provider: string): number {
  return provider === 's3' ? 8 << 20 : 4 << 20;
}

/** To read ranges of blobs of a class that can be read. */
export function costOfReading(
  table: PriceTable,
  storageClass: string,
  { reads, bytes }: { readonly reads: number; readonly bytes: number },
): Cost {
  const { read, readGb } = pricesOf(table, storageClass);
  return sumOf({ requests: (reads * read) / 1000, retrieval: (bytes / gbBytes) * readGb });
}

export interface Thawed extends Kept {
  readonly speed: ThawSpeed;
  /** How long it is to stay warm. */
  readonly days: number;
  readonly nowMs: number;
}

/** What thawing costs and takes. */
export interface ThawEstimate {
  readonly cost: Cost;
  readonly hours: readonly [least: number, most: number];
}

/** What one blob and one byte more cost. */
export interface ThawUnits {
  readonly perBlob: number;
  readonly perByte: number;
}

type Thawing = Pick<Thawed, 'speed' | 'days' | 'nowMs'>;

/**
 * Warm copies are billed at the hot class. S3's last for whole days to the midnight (UTC) after
 * them, and are asked for so that the first is still there when the last is warm; elsewhere they
 * are blobs that Firn writes, and deletes so many days after the last is warm.
 * @returns undefined: the class has no such speed
 */
export function thawUnits(
  table: PriceTable,
  storageClass: string,
  thawing: Thawing,
): ThawUnits | undefined {
  const thaw = pricesOf(table, storageClass).thaw[thawing.speed];
  if (thaw === undefined) return undefined;
  const { requests, retrieval, storage } = thawCost(table, thaw, {
    ...thawing,
    blobs: 1,
    bytes: 1,
  });
  return { perBlob: requests, perByte: retrieval + storage };
}

/** @returns undefined: the class has no such speed */
export function estimateThaw(
  table: PriceTable,
  storageClass: string,
  thawed: Thawed,
): ThawEstimate | undefined {
  const thaw = pricesOf(table, storageClass).thaw[thawed.speed];
  if (thaw === undefined) return undefined;
  const { hours, gbPerHour } = thaw;
  const atLeast = gbPerHour === 0 ? 0 : thawed.bytes / gbBytes / gbPerHour;
  const [least, most] = hours.map((each) => Math.max(each, atLeast));
  return { cost: thawCost(table, thaw, thawed), hours: [least ?? 0, most ?? 0] };
}

function thawCost(table: PriceTable, thaw: ThawPrices, { blobs, bytes, ...thawing }: Thawed): Cost {
  const hot = pricesOf(table, 'hot');
  const written = table.provider === 's3' ? 0 : hot.write;
  const warmMonths = warmMs(table, thaw, thawing) / monthMs;
  return sumOf({
    requests: (blobs * (thaw.request + written)) / 1000,
    retrieval: (bytes / gbBytes) * thaw.gb,
    storage: (bytes / gbBytes) * hot.storage * warmMonths,
  });
}

export interface Deleted extends Kept {
  /** Since they were written. */
  readonly ageDays: number;
}

/** To delete blobs now: what is left of their minimum duration. */
export function costOfDeleting(
  table: PriceTable,
  storageClass: string,
  { blobs, bytes, ageDays }: Deleted,
): Cost {
  const prices = pricesOf(table, storageClass);
  const months = (Math.max(0, prices.minimumDays - ageDays) * dayMs) / monthMs;
  return sumOf({
    storage: (billedBytes(prices, { blobs, bytes }) / gbBytes) * prices.storage * months,
  });
}

/** Also of what lies in an archive on behalf of each blob. */
function billedBytes({ minimumBytes, ownBytes }: ClassPrices, { blobs, bytes }: Kept): number {
  return Math.max(bytes, blobs * minimumBytes) + blobs * ownBytes;
}

/** Of a blob, on average: between the shortest and the longest that thawing takes, each time is as likely. */
function warmMs(
  { provider }: PriceTable,
  { hours: [least, most] }: ThawPrices,
  { speed, days, nowMs }: Thawing,
): number {
  // What is warm first waits for the last.
  if (provider !== 's3') return days * dayMs + ((most - least) / 2) * hourMs;
  const wholeDays = Math.ceil(days + longestThawMs[speed] / dayMs);
  const readyMs = (nowMs + least * hourMs) % dayMs;
  return wholeDays * dayMs + meanToMidnightMs(readyMs, readyMs + (most - least) * hourMs);
}

/** The mean of what is left of the day, over all times between two, in milliseconds since a midnight. */
function meanToMidnightMs(fromMs: number, toMs: number): number {
  if (toMs <= fromMs) return dayMs - (fromMs % dayMs);
  return (leftUntil(toMs) - leftUntil(fromMs)) / (toMs - fromMs);
}

/** What is left of the day, summed over all times since a midnight. */
function leftUntil(ms: number): number {
  const ofDayMs = ms % dayMs;
  return (Math.floor(ms / dayMs) * dayMs ** 2 - ofDayMs ** 2) / 2 + ofDayMs * dayMs;
}

function pricesOf({ classes, provider, region }: PriceTable, storageClass: string): ClassPrices {
  const prices = Object.hasOwn(classes, storageClass) ? classes[storageClass] : undefined;
  if (prices !== undefined) return prices;
  throw new RangeError(`no prices of ${storageClass} for ${provider} in ${region}`);
}

function sumOf({ requests = 0, retrieval = 0, storage = 0 }: Partial<Cost>): Cost {
  return { requests, retrieval, storage, total: requests + retrieval + storage };
}
