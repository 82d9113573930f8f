import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/** The machine's clock plus a shift that only an administrator moves. */
export class ShiftingClock implements Clock {
  #shiftMs = 0;

  nowMs(): number {
    return Date.now() + this.#shiftMs;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return delay(ms, undefined, signal ? { signal } : {});
  }

  /** Moves the tenant's time by `ms`; negative values move it back. */
  advance(ms: number): void {
    this.#shiftMs += ms;
  }
}
