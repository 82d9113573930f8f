import type { Ticker } from '../../src/ports/calendar.ts';

/** Calls when the test says so. */
export class ManualTicker implements Ticker {
  #work = async () => {};

  start(work: () => Promise<void>): () => Promise<void> {
    this.#work = work;
    return async () => {
      this.#work = async () => {};
    };
  }

  tick(): Promise<void> {
    return this.#work();
  }
}
