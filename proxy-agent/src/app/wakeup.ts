import { orAborted } from '@firn/shared/time/or-aborted';

/** Lets one loop sleep until somebody has something for it. */
export interface Wakeup {
  wake(): void;
  /** Resolves at once when woken since the last wait; rejects with the signal's reason. */
  wait(signal: AbortSignal): Promise<void>;
}

export function makeWakeup(): Wakeup {
  let bell = Promise.withResolvers<void>();
  return {
    wake: () => bell.resolve(),
    async wait(signal) {
      await orAborted(bell.promise, signal);
      bell = Promise.withResolvers<void>();
    },
  };
}
