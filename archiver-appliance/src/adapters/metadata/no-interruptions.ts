import { once } from 'node:events';
import type { Interruptions } from '../../ports/interruptions.ts';

/** A machine that is nobody's to take away. */
export const noInterruptions: Interruptions = {
  next: async (signal) => {
    if (!signal.aborted) await once(signal, 'abort');
    throw signal.reason;
  },
};
