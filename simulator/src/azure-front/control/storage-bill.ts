import type { BlobVersion } from '../domain/blob-record.ts';
import type { Tier } from '../domain/tier.ts';
import { DEFAULT_PRICES, type PriceTable } from './price-table.ts';

const GB = 2 ** 30;
const hourMs = 3_600_000;
const monthMs = 730 * hourMs;
const dayMs = 24 * hourMs;

type Billable = Pick<BlobVersion, 'sizeBytes' | 'tier' | 'tierSinceMs' | 'rehydration' | 'copy'>;

export interface StorageReport {
  readonly gbMonths: Readonly<Partial<Record<Tier, number>>>;
  readonly dollars: number;
  /** For what was deleted, overwritten or moved before its time. */
  readonly earlyDeletionDollars: number;
}

/**
 * What lying there costs: by the time that a version has been in its tier, or since the bill was
 * begun. A copy out of the archive costs nothing before it is done; blocks that are not committed
 * are left out.
 */
export class StorageBill {
  prices: PriceTable = DEFAULT_PRICES;
  #sinceMs: number;
  #gone: Partial<Record<Tier, number>> = {};
  #earlyDeletion = 0;

  constructor(sinceMs: number) {
    this.#sinceMs = sinceMs;
  }

  /** The version is deleted, overwritten, or leaves its tier. */
  ended(version: Billable, nowMs: number): void {
    add(this.#gone, version.tier, this.#gbMonths(version, nowMs));
    if (version.copy?.status === 'pending') return;
    const { storage, minimumDays } = this.prices.tiers[version.tier];
    const missingMs = Math.max(0, version.tierSinceMs + minimumDays * dayMs - nowMs);
    this.#earlyDeletion += ((version.sizeBytes / GB) * storage * missingMs) / monthMs;
  }

  /** Of all that is there, and was since the bill was begun. */
  report(versions: Iterable<Billable>, nowMs: number): StorageReport {
    const gbMonths = { ...this.#gone };
    for (const version of versions) add(gbMonths, version.tier, this.#gbMonths(version, nowMs));
    const dollars = Object.entries(gbMonths).reduce(
      (sum, [tier, gb]) => sum + gb * this.prices.tiers[tier as Tier].storage,
      0,
    );
    return { gbMonths, dollars, earlyDeletionDollars: this.#earlyDeletion };
  }

  begin(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#gone = {};
    this.#earlyDeletion = 0;
  }

  #gbMonths({ sizeBytes, tierSinceMs, copy }: Billable, untilMs: number): number {
    if (copy?.status === 'pending') return 0;
    const ms = Math.max(0, untilMs - Math.max(tierSinceMs, this.#sinceMs));
    return ((sizeBytes / GB) * ms) / monthMs;
  }
}

function add(totals: Partial<Record<Tier, number>>, tier: Tier, gbMonths: number): void {
  if (gbMonths > 0) totals[tier] = (totals[tier] ?? 0) + gbMonths;
}
