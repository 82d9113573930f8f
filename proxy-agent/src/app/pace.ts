import type { Clock } from '@firn/shared/repository/ports';

/** At most so many turns in a second. */
export class Pace {
  readonly #clock: Clock;
  readonly #everyMs: number;
  /** When the turns of a whole second will have been saved up again. */
  #fullMs = 0;

  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#everyMs = 1_000 / perSecond;
  }

  async turn(signal: AbortSignal): Promise<void> {
    const nowMs = this.#clock.now();
    this.#fullMs = Math.max(this.#fullMs, nowMs) + this.#everyMs;
    const waitMs = Math.ceil(this.#fullMs - nowMs - 1_000);
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
  }
}
