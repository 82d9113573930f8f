import { S3Error } from '../domain/s3-error.ts';

/** Requests a second for each prefix; undefined: without limit. */
export interface ThrottlePlan {
  readonly writesPerSecond: number | undefined;
  readonly readsPerSecond: number | undefined;
}

interface Budget {
  tokens: number;
  filledMs: number;
}

const PREFIXES_MAX = 10_000;

/**
 * Refuses with SlowDown what is above the rate of a prefix: the bucket and the key up to its last
 * slash. A second's worth may come at once. Where S3 really parts its keyspace is not documented.
 */
export class PrefixThrottle {
  #plan: ThrottlePlan = { writesPerSecond: undefined, readsPerSecond: undefined };
  readonly #budgets = new Map<string, Budget>();

  get plan(): ThrottlePlan {
    return this.#plan;
  }

  set plan(plan: ThrottlePlan) {
    this.#plan = plan;
    this.#budgets.clear();
  }

  admit(
    method: string,
    { bucketName, key }: { readonly bucketName: string; readonly key: string },
    nowMs: number,
  ): void {
    const isRead = method === 'GET' || method === 'HEAD';
    const rate = isRead ? this.#plan.readsPerSecond : this.#plan.writesPerSecond;
    if (rate === undefined) return;
    const prefix = key.slice(0, key.lastIndexOf('/') + 1);
    const budget = this.#budget(
      `${isRead ? 'read' : 'write'} ${bucketName}/${prefix}`,
      rate,
      nowMs,
    );
    if (budget.tokens < 1) {
      throw new S3Error('SlowDown', 'Please reduce your request rate.');
    }
    budget.tokens -= 1;
  }

  #budget(name: string, rate: number, nowMs: number): Budget {
    const known = this.#budgets.get(name) ?? { tokens: rate, filledMs: nowMs };
    const gained = (Math.max(0, nowMs - known.filledMs) * rate) / 1000;
    known.tokens = Math.min(rate, known.tokens + gained);
    known.filledMs = nowMs;
    if (this.#budgets.size >= PREFIXES_MAX) this.#budgets.clear();
    this.#budgets.set(name, known);
    return known;
  }
}
