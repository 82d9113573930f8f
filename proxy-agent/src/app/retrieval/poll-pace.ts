import type { Clock } from '@firn/shared/time/clock';

/** Of the time that was waited already. */
const gapShare = 1 / 20;

/**
 * When to ask again for what takes hours: every request is billed, and asking each minute would cost
 * more than a thaw in bulk of a few packs does.
 */
export class PollPace {
  readonly #clock: Clock;
  readonly #gapMsMin: number;
  readonly #begunMs: number;

  constructor(clock: Clock, gapMsMin: number) {
    this.#clock = clock;
    this.#gapMsMin = gapMsMin;
    this.#begunMs = clock.now();
  }

  async turn(signal?: AbortSignal): Promise<void> {
    const waitedMs = this.#clock.now() - this.#begunMs;
    await this.#clock.sleep(Math.max(this.#gapMsMin, Math.floor(waitedMs * gapShare)), signal);
  }
}
