import type { Clock } from '@firn/shared/time/clock';

export interface LaneOptions {
  readonly clock: Clock;
  /** Requests that may be under way at once. */
  readonly slotCount: number;
  /** Units that may be spent within any span. */
  readonly unitsMax: number;
  readonly spanMs: number;
}

export interface Cost {
  readonly slots: number;
  readonly units: number;
}

/** Gives the slots of a request back; to be called exactly once. */
export type Leave = () => void;

const bucketCount = 60;

/**
 * The budget that requests to one mailbox, or to one tenant's SharePoint, share:
 * so many at once, so many units in a sliding span, nothing while the service
 * asked to wait. Served in order of arrival.
 */
export class Lane {
  readonly #clock: Clock;
  readonly #slotCount: number;
  readonly #window: SpendingWindow;
  #slotsTaken = 0;
  #pausedUntilMs = 0;
  #tail: Promise<void> = Promise.resolve();
  #slotFreed = Promise.withResolvers<void>();

  constructor(options: LaneOptions) {
    this.#clock = options.clock;
    this.#slotCount = options.slotCount;
    this.#window = new SpendingWindow(options.unitsMax, options.spanMs);
  }

  /** Resolves when the request may be sent. A cost above the limits is cut to them. */
  async enter(cost: Cost, signal: AbortSignal): Promise<Leave> {
    const before = this.#tail;
    const turn = Promise.withResolvers<void>();
    this.#tail = turn.promise;
    try {
      await before;
      return await this.#admit(cost, signal);
    } finally {
      turn.resolve();
    }
  }

  /** Nothing is sent for so long. Pauses never shorten each other. */
  pause(ms: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, this.#clock.now() + ms);
  }

  async #admit(cost: Cost, signal: AbortSignal): Promise<Leave> {
    const slots = Math.min(cost.slots, this.#slotCount);
    for (;;) {
      signal.throwIfAborted();
      const now = this.#clock.now();
      const waitMs = Math.max(this.#pausedUntilMs - now, this.#window.waitMs(cost.units, now));
      if (this.#slotsTaken + slots > this.#slotCount) await this.#untilFreed(signal);
      else if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
      else break;
    }
    this.#slotsTaken += slots;
    this.#window.spend(cost.units, this.#clock.now());
    return () => this.#release(slots);
  }

  #release(slots: number): void {
    this.#slotsTaken -= slots;
    this.#slotFreed.resolve();
    this.#slotFreed = Promise.withResolvers<void>();
  }

  async #untilFreed(signal: AbortSignal): Promise<void> {
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await Promise.race([this.#slotFreed.promise, aborted.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

/** Units spent in a sliding span, counted in 60 buckets: at most 1/60 too careful. */
class SpendingWindow {
  readonly #unitsMax: number;
  readonly #bucketMs: number;
  /** Bucket number by units spent in it; only the last 61 are kept. */
  readonly #spent = new Map<number, number>();

  constructor(unitsMax: number, spanMs: number) {
    this.#unitsMax = unitsMax;
    this.#bucketMs = spanMs / bucketCount;
  }

  /** How long until so many units may be spent; 0: now. */
  waitMs(units: number, nowMs: number): number {
    const oldest = Math.floor(nowMs / this.#bucketMs) - bucketCount;
    const wanted = Math.min(units, this.#unitsMax);
    let excess = wanted - this.#unitsMax;
    for (const [bucket, spent] of this.#spent) {
      if (bucket < oldest) this.#spent.delete(bucket);
      else excess += spent;
    }
    if (excess <= 0) return 0;
    for (const [bucket, spent] of this.#spent) {
      excess -= spent;
      if (excess <= 0) return (bucket + bucketCount + 1) * this.#bucketMs - nowMs;
    }
    return this.#bucketMs;
  }

  spend(units: number, nowMs: number): void {
    const bucket = Math.floor(nowMs / this.#bucketMs);
    this.#spent.set(bucket, (this.#spent.get(bucket) ?? 0) + units);
  }
}

/** Per application and mailbox: 4 at once, 10,000 in 10 minutes. [Microsoft: throttling-limits, Outlook] */
export function mailboxLane(clock: Clock): Lane {
  return new Lane({ clock, slotCount: 4, unitsMax: 10_000, spanMs: 600_000 });
}

/**
 * Per application and tenant: resource units a minute by number of licences
 * (1,250 up to 1,000 licences). [Microsoft: how-to-avoid-getting-throttled]
 */
export function sharePointLane(clock: Clock, unitsPerMinute: number): Lane {
  return new Lane({ clock, slotCount: 16, unitsMax: unitsPerMinute, spanMs: 60_000 });
}

/** The directory's budget is far above what listing users needs. */
export function directoryLane(clock: Clock): Lane {
  return new Lane({ clock, slotCount: 8, unitsMax: 3_000, spanMs: 10_000 });
}
