import type { Clock } from '@firn/shared/time/clock';
import type { Interruption, Interruptions } from '../../ports/interruptions.ts';

export interface MetadataPolling {
  readonly clock: Clock;
  readonly everyMs: number;
  /** One look; undefined: nothing was said. May fail: it is asked again. */
  readonly look: (signal: AbortSignal) => Promise<Interruption | undefined>;
}

const lookMsMax = 5_000;

/** Asks a metadata service again and again. It has no other way to tell. */
export function pollMetadata({ clock, everyMs, look }: MetadataPolling): Interruptions {
  const tryLook = async (signal: AbortSignal) => {
    try {
      return await look(AbortSignal.any([signal, AbortSignal.timeout(lookMsMax)]));
    } catch {
      // A metadata service that is busy or away says nothing; the machine works on.
      return undefined;
    }
  };
  return {
    next: async (signal) => {
      for (;;) {
        signal.throwIfAborted();
        const interruption = await tryLook(signal);
        if (interruption !== undefined) return interruption;
        await clock.sleep(everyMs, signal);
      }
    },
  };
}
