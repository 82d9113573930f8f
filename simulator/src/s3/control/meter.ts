import type { Operation, RequestClass } from '../api/operation.ts';
import type { Billed } from '../api/s3-call.ts';
import { DEFAULT_PRICES, type PriceTable } from './price-table.ts';

const GB = 2 ** 30;

/** What was asked, and what it would cost. */
export interface MeterReport {
  readonly requests: Readonly<Record<RequestClass, number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Out of archives, by RestoreObject. */
  readonly bytesRestored: number;
  readonly dollars: {
    readonly requests: number;
    /** Out of archives, and of classes that bill reading. */
    readonly retrieval: number;
    readonly transfer: number;
  };
}

/** A request that is being measured. */
export interface Sample {
  end(status: number, bytes: { inBytes: number; outBytes: number }, billed?: Billed): void;
}

/** Counts requests as a bill does: what the server itself fails (5xx, cut off) costs nothing. */
export class Meter {
  prices: PriceTable;
  #counts = emptyCounts();

  constructor(prices: PriceTable = DEFAULT_PRICES) {
    this.prices = prices;
  }

  begin({ name, cost }: Pick<Operation, 'name' | 'cost'>): Sample {
    return {
      end: (status, { inBytes, outBytes }, billed = { storageClass: 'STANDARD' }) => {
        const counts = this.#counts;
        bump(counts.operations, name);
        bump(counts.statuses, String(status));
        counts.bytesIn += inBytes;
        counts.bytesOut += outBytes;
        if (status === 0 || status >= 500) return;
        counts.requests[cost] += 1;
        counts.bytesRestored += billed.restore?.retrievedBytes ?? 0;
        counts.requestDollars += this.#request(cost, billed);
        counts.retrievalDollars += this.#retrieval(cost, billed, outBytes);
      },
    };
  }

  reset(): void {
    this.#counts = emptyCounts();
  }

  report(): MeterReport {
    const { requestDollars, retrievalDollars, ...counts } = this.#counts;
    return {
      ...structuredClone(counts),
      dollars: {
        requests: requestDollars,
        retrieval: retrievalDollars,
        transfer: (counts.bytesOut * this.prices.outPerGb) / 1e9,
      },
    };
  }

  #request(cost: RequestClass, { storageClass, restore }: Billed): number {
    const prices = this.prices.classes[storageClass];
    if (cost === 'free') return 0;
    if (cost !== 'restore') return prices[cost] / 1000;
    return (restore ? (prices.restore[restore.tier]?.request ?? 0) : 0) / 1000;
  }

  #retrieval(cost: RequestClass, { storageClass, restore }: Billed, outBytes: number): number {
    const prices = this.prices.classes[storageClass];
    if (restore) return ((prices.restore[restore.tier]?.gb ?? 0) * restore.retrievedBytes) / GB;
    return cost === 'get' ? (prices.read * outBytes) / GB : 0;
  }
}

interface Counts {
  requests: Record<RequestClass, number>;
  operations: Record<string, number>;
  statuses: Record<string, number>;
  bytesIn: number;
  bytesOut: number;
  bytesRestored: number;
  requestDollars: number;
  retrievalDollars: number;
}

function emptyCounts(): Counts {
  return {
    requests: { put: 0, get: 0, free: 0, restore: 0 },
    operations: {},
    statuses: {},
    bytesIn: 0,
    bytesOut: 0,
    bytesRestored: 0,
    requestDollars: 0,
    retrievalDollars: 0,
  };
}

function bump(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
