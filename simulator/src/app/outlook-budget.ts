import type { Clock } from '../ports/clock.ts';

/** Why the budget refuses a request. */
export interface BudgetRefusal {
  readonly reason: 'concurrency' | 'rate';
  /** When it makes sense to ask again; may have a fraction. */
  readonly retryAfterSeconds: number;
}

/** Limits of one (application, mailbox) pair [Microsoft: throttling-limits, Outlook]. */
export interface OutlookLimits {
  readonly concurrent: number;
  readonly requests: number;
  readonly windowMs: number;
}

export const OUTLOOK_LIMITS: OutlookLimits = {
  concurrent: 4,
  requests: 10_000,
  windowMs: 600_000,
};

interface Window {
  startedMs: number;
  used: number;
  running: number;
}

/**
 * Counts the requests of every (application, mailbox) pair: so many at once and so many per
 * window. Refused requests count against the window, as Microsoft says throttled requests do.
 */
export class OutlookBudget {
  readonly #clock: Clock;
  readonly #windows = new Map<string, Window>();
  limits: OutlookLimits;
  refused = 0;

  constructor(clock: Clock, limits: OutlookLimits = OUTLOOK_LIMITS) {
    this.#clock = clock;
    this.limits = limits;
  }

  /** Takes a slot; call the returned function when the request has ended. */
  enter(appId: string, mailbox: string): (() => void) | BudgetRefusal {
    const window = this.#windowOf(`${appId}|${mailbox}`);
    window.used += 1;
    if (window.used > this.limits.requests) {
      this.refused += 1;
      const restMs = window.startedMs + this.limits.windowMs - this.#clock.nowMs();
      return { reason: 'rate', retryAfterSeconds: Math.max(1, Math.ceil(restMs / 1000)) };
    }
    if (window.running >= this.limits.concurrent) {
      this.refused += 1;
      return { reason: 'concurrency', retryAfterSeconds: 0.5 };
    }
    window.running += 1;
    let open = true;
    return () => {
      if (open) window.running -= 1;
      open = false;
    };
  }

  #windowOf(key: string): Window {
    const nowMs = this.#clock.nowMs();
    const known = this.#windows.get(key);
    if (!known) {
      const fresh = { startedMs: nowMs, used: 0, running: 0 };
      this.#windows.set(key, fresh);
      return fresh;
    }
    if (nowMs - known.startedMs >= this.limits.windowMs) {
      known.startedMs = nowMs;
      known.used = 0;
    }
    return known;
  }
}
