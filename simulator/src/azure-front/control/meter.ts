import type { Priority } from '../domain/rehydration.ts';
import type { Tier } from '../domain/tier.ts';
import { DEFAULT_PRICES, type PriceTable } from './price-table.ts';

const GB = 2 ** 30;
const perRequest = 1 / 10_000;

/** What a request costs depends upon it. */
export type RequestClass = 'write' | 'read' | 'list' | 'other' | 'free';

export interface Billed {
  readonly cost: RequestClass;
  /** Of what is written or read. */
  readonly tier: Tier;
  /** That were read. */
  readonly outBytes: number;
  /** Out of the archive tier. */
  readonly rehydrated?: { readonly priority: Priority; readonly bytes: number };
}

/** What was asked, and what it would cost. */
export interface MeterReport {
  readonly requests: Readonly<Record<RequestClass, number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly rehydrations: Readonly<Record<Priority, number>>;
  readonly bytesRehydrated: number;
  readonly bytesOut: number;
  readonly dollars: { readonly requests: number; readonly retrieval: number };
}

/** Counts requests as a bill does: what the server itself fails costs nothing. */
export class Meter {
  prices: PriceTable = DEFAULT_PRICES;
  #counts = emptyCounts();

  count(operation: string, status: number, billed: Billed): void {
    const counts = this.#counts;
    bump(counts.operations, operation);
    bump(counts.statuses, String(status));
    if (status === 0 || status >= 500) return;
    counts.requests[billed.cost] += 1;
    counts.bytesOut += billed.outBytes;
    counts.dollars.requests += this.#request(billed) * perRequest;
    counts.dollars.retrieval +=
      billed.cost === 'read' ? (this.prices.tiers[billed.tier].readGb * billed.outBytes) / GB : 0;
    if (billed.rehydrated) this.#rehydrated(billed.rehydrated);
  }

  reset(): void {
    this.#counts = emptyCounts();
  }

  report(): MeterReport {
    return structuredClone(this.#counts);
  }

  #rehydrated({ priority, bytes }: { priority: Priority; bytes: number }): void {
    const counts = this.#counts;
    const { request, gb } = this.prices.rehydrate[priority];
    counts.rehydrations[priority] += 1;
    counts.bytesRehydrated += bytes;
    counts.dollars.requests += request * perRequest;
    counts.dollars.retrieval += (gb * bytes) / GB;
  }

  #request({ cost, tier }: Billed): number {
    if (cost === 'write' || cost === 'read') return this.prices.tiers[tier][cost];
    return cost === 'free' ? 0 : this.prices[cost];
  }
}

function emptyCounts() {
  return {
    requests: { write: 0, read: 0, list: 0, other: 0, free: 0 },
    operations: {} as Record<string, number>,
    statuses: {} as Record<string, number>,
    rehydrations: { Standard: 0, High: 0 },
    bytesRehydrated: 0,
    bytesOut: 0,
    dollars: { requests: 0, retrieval: 0 },
  };
}

function bump(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
