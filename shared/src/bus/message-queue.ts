import type { BusMessage } from './bus.ts';

/** A watcher that is slower than this many messages loses the oldest. */
const lengthMax = 10_000;

/**
 * The messages of one subscription, until its signal aborts or its bus closes:
 * then the iteration ends, after what is queued when the bus closed.
 */
export class MessageQueue implements AsyncIterableIterator<BusMessage> {
  readonly #queued: BusMessage[] = [];
  readonly #onEnd: () => void;
  #wake: (() => void) | undefined;
  #isEnded = false;

  /** @param onEnd called once, when the subscription ends for whatever reason */
  constructor(signal: AbortSignal, onEnd: () => void) {
    const onAbort = () => this.#end(true);
    this.#onEnd = () => {
      signal.removeEventListener('abort', onAbort);
      onEnd();
    };
    if (signal.aborted) this.#isEnded = true;
    else signal.addEventListener('abort', onAbort, { once: true });
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  push(message: BusMessage): void {
    if (this.#isEnded) return;
    if (this.#queued.length >= lengthMax) this.#queued.shift();
    this.#queued.push(message);
    this.#wake?.();
  }

  close(): void {
    this.#end(false);
  }

  async next(): Promise<IteratorResult<BusMessage, undefined>> {
    for (;;) {
      const message = this.#queued.shift();
      if (message !== undefined) return { done: false, value: message };
      if (this.#isEnded) return { done: true, value: undefined };
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async return(): Promise<IteratorResult<BusMessage, undefined>> {
    this.#end(true);
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #end(dropsQueued: boolean): void {
    if (dropsQueued) this.#queued.length = 0;
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#onEnd();
    this.#wake?.();
  }
}
