/** Prices of a storage: what every estimate is computed from. */
import type { ThawSpeed } from '../storage-class/storage-class.ts';

/** A GB is 2^30 bytes, a month 730 hours, as both vendors bill them. */
export const gbBytes = 2 ** 30;
export const monthMs = 730 * 3_600_000;

export interface ThawPrices {
  /** For 1,000 blobs. */
  readonly request: number;
  /** For a GB. */
  readonly gb: number;
  /** From the shortest to the longest that it usually takes. */
  readonly hours: readonly [least: number, most: number];
  /** What an account gets in an hour; 0: as much as it asks for. */
  readonly gbPerHour: number;
}

export interface ClassPrices {
  /** For a GB and a month. */
  readonly storage: number;
  /** For 1,000 requests that write or list. */
  readonly write: number;
  /** For 1,000 parts or blocks of an upload. */
  readonly part: number;
  /** For 1,000 requests that read. */
  readonly read: number;
  /** For a GB that is read. */
  readonly readGb: number;
  /** What is deleted before is paid to the end. */
  readonly minimumDays: number;
  /** What is smaller is billed as this. */
  readonly minimumBytes: number;
  /** Added to each blob, at its own class and at the hot one. */
  readonly ownBytes: number;
  readonly hotBytes: number;
  /** Of classes that have to thaw. */
  readonly thaw: Readonly<Partial<Record<ThawSpeed, ThawPrices>>>;
}

/** Of one provider in one region. */
export interface PriceTable {
  readonly provider: string;
  readonly region: string;
  /** Of the prices: 2026-06-18. */
  readonly date: string;
  /** Where they come from, in words. */
  readonly source: string;
  readonly currency: string;
  /** By storage class. */
  readonly classes: Readonly<Record<string, ClassPrices>>;
}
