import type { Priority } from '../domain/rehydration.ts';
import type { Tier } from '../domain/tier.ts';

/** Dollars. A GB is 2^30 bytes. */
export interface TierPrices {
  /** For a GB and a month of 730 hours. */
  readonly storage: number;
  /** For 10,000 of PutBlob, PutBlockList, CopyBlob, and of SetBlobTier towards a cooler tier. */
  readonly write: number;
  /** For 10,000 of GetBlob. */
  readonly read: number;
  /** For a GB that is read. */
  readonly readGb: number;
  /** What is deleted, overwritten or moved before is paid to the end. */
  readonly minimumDays: number;
}

export interface PriceTable {
  readonly tiers: Readonly<Record<Tier, TierPrices>>;
  /** Out of the archive tier: for 10,000 requests, and for a GB. */
  readonly rehydrate: Readonly<Record<Priority, { readonly request: number; readonly gb: number }>>;
  /** For 10,000 of ListBlobs and CreateContainer. */
  readonly list: number;
  /** For 10,000 of everything else that is not free. */
  readonly other: number;
}

const none = { readGb: 0, minimumDays: 0 };

/** The sample prices of Microsoft's articles on estimating costs, which call them fictitious. */
export const DEFAULT_PRICES: PriceTable = {
  tiers: {
    Hot: { ...none, storage: 0.0208, write: 0.055, read: 0.0044 },
    Cool: { storage: 0.0115, write: 0.1, read: 0.01, readGb: 0.01, minimumDays: 30 },
    Cold: { storage: 0.0045, write: 0.18, read: 0.1, readGb: 0.03, minimumDays: 90 },
    Archive: { storage: 0.002, write: 0.11, read: 5.5, readGb: 0, minimumDays: 180 },
  },
  rehydrate: { Standard: { request: 5.5, gb: 0.022 }, High: { request: 50, gb: 0.1 } },
  list: 0.055,
  other: 0.0044,
};
