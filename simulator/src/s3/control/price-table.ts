import type { RestoreTier } from '../domain/restoration.ts';
import type { StorageClass } from '../domain/storage-class.ts';

/** Dollars. A GB is 2^30 bytes. */
export interface ClassPrices {
  /** For a GB and a month of 730 hours. */
  readonly storage: number;
  /** For 1,000 requests of PUT, COPY, POST and LIST; LIST costs what it does for STANDARD. */
  readonly put: number;
  /** For 1,000 of GET and all others. */
  readonly get: number;
  /** For a GB that is read. */
  readonly read: number;
  /** What is deleted, overwritten or moved before is paid to the end. */
  readonly minimumDays: number;
  /** What is smaller is billed as this. */
  readonly minimumBytes: number;
  /** Of an archive: added to each object, at its class and at STANDARD. */
  readonly overheadBytes: { readonly own: number; readonly standard: number };
  /** Of an archive: for 1,000 requests of RestoreObject, and for a GB that is retrieved. */
  readonly restore: Readonly<
    Partial<Record<RestoreTier, { readonly request: number; readonly gb: number }>>
  >;
}

export interface PriceTable {
  readonly classes: Readonly<Record<StorageClass, ClassPrices>>;
  /** For a GB (10^9 bytes) that leaves. */
  readonly outPerGb: number;
}

const kib = 1024;
const none = { own: 0, standard: 0 };
const standard: ClassPrices = {
  storage: 0.023,
  put: 0.005,
  get: 0.0004,
  read: 0,
  minimumDays: 0,
  minimumBytes: 0,
  overheadBytes: none,
  restore: {},
};
const infrequent: ClassPrices = {
  ...standard,
  storage: 0.0125,
  put: 0.01,
  get: 0.001,
  read: 0.01,
  minimumDays: 30,
  minimumBytes: 128 * kib,
};
const archive = { ...standard, overheadBytes: { own: 32 * kib, standard: 8 * kib } };

/** List prices of us-east-1; transfer to the internet, first 10 TB. */
export const DEFAULT_PRICES: PriceTable = {
  classes: {
    STANDARD: standard,
    REDUCED_REDUNDANCY: { ...standard, storage: 0.024 },
    INTELLIGENT_TIERING: standard,
    STANDARD_IA: infrequent,
    ONEZONE_IA: { ...infrequent, storage: 0.01 },
    GLACIER_IR: {
      ...infrequent,
      storage: 0.004,
      put: 0.02,
      get: 0.01,
      read: 0.03,
      minimumDays: 90,
    },
    GLACIER: {
      ...archive,
      storage: 0.0036,
      put: 0.03,
      minimumDays: 90,
      restore: {
        Expedited: { request: 10, gb: 0.03 },
        Standard: { request: 0.05, gb: 0.01 },
        Bulk: { request: 0, gb: 0 },
      },
    },
    DEEP_ARCHIVE: {
      ...archive,
      storage: 0.00099,
      put: 0.05,
      minimumDays: 180,
      restore: {
        Standard: { request: 0.1, gb: 0.02 },
        Bulk: { request: 0.025, gb: 0.0025 },
      },
    },
  },
  outPerGb: 0.09,
};
