import type { Operation, RequestClass } from '../api/operation.ts';

/** Dollars, by the storage class that a request names. */
export interface PriceTable {
  /** For 1,000 requests of PUT, COPY, POST and LIST; LIST and classes not named here: STANDARD. */
  readonly putPer1000: Readonly<Record<string, number>>;
  /** For 1,000 of GET and all others. */
  readonly getPer1000: number;
  /** For a GB (10^9 bytes) that leaves. */
  readonly outPerGb: number;
}

/** What was asked, and what it would cost. */
export interface MeterReport {
  readonly requests: Readonly<Record<RequestClass, number>>;
  readonly operations: Readonly<Record<string, number>>;
  readonly statuses: Readonly<Record<string, number>>;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly dollars: { readonly requests: number; readonly transfer: number };
}

/** A request that is being measured. */
export interface Sample {
  end(status: number, bytes: { inBytes: number; outBytes: number }): void;
}

/** List prices of us-east-1; transfer to the internet, first 10 TB. */
export const DEFAULT_PRICES: PriceTable = {
  putPer1000: {
    STANDARD: 0.005,
    INTELLIGENT_TIERING: 0.005,
    STANDARD_IA: 0.01,
    ONEZONE_IA: 0.01,
    GLACIER_IR: 0.02,
    GLACIER: 0.03,
    DEEP_ARCHIVE: 0.05,
  },
  getPer1000: 0.0004,
  outPerGb: 0.09,
};

/** Counts requests as a bill does: what the server itself fails (5xx, cut off) costs nothing. */
export class Meter {
  prices: PriceTable;
  #counts = emptyCounts();

  constructor(prices: PriceTable = DEFAULT_PRICES) {
    this.prices = prices;
  }

  begin({ name, cost }: Pick<Operation, 'name' | 'cost'>, storageClass = 'STANDARD'): Sample {
    return {
      end: (status, { inBytes, outBytes }) => {
        const counts = this.#counts;
        bump(counts.operations, name);
        bump(counts.statuses, String(status));
        counts.bytesIn += inBytes;
        counts.bytesOut += outBytes;
        if (status === 0 || status >= 500) return;
        counts.requests[cost] += 1;
        if (cost === 'put') bump(counts.puts, storageClass);
      },
    };
  }

  reset(): void {
    this.#counts = emptyCounts();
  }

  report(): MeterReport {
    const { puts, ...counts } = this.#counts;
    const { putPer1000, getPer1000, outPerGb } = this.prices;
    const putDollars = Object.entries(puts).reduce((sum, [storageClass, count]) => {
      const price = putPer1000[storageClass] ?? putPer1000['STANDARD'] ?? 0;
      return sum + (count * price) / 1000;
    }, 0);
    return {
      ...structuredClone(counts),
      dollars: {
        requests: putDollars + (counts.requests.get * getPer1000) / 1000,
        transfer: (counts.bytesOut * outPerGb) / 1e9,
      },
    };
  }
}

interface Counts {
  requests: Record<RequestClass, number>;
  puts: Record<string, number>;
  operations: Record<string, number>;
  statuses: Record<string, number>;
  bytesIn: number;
  bytesOut: number;
}

function emptyCounts(): Counts {
  return {
    requests: { put: 0, get: 0, free: 0 },
    puts: {},
    operations: {},
    statuses: {},
    bytesIn: 0,
    bytesOut: 0,
  };
}

function bump(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}
