import { isAppError } from '../../errors/app-error.ts';
import type { Clock } from '../ports.ts';

const waitMsFirst = 100;
const waitMsMax = 30_000;

/** How long to wait before try number tries + 1, tries counted from 1. */
export function backoffMs(tries: number): number {
  return Math.min(waitMsMax, waitMsFirst * 2 ** Math.min(tries - 1, 16));
}

/**
 * Repeats an operation that may be repeated for as long as its errors say
 * `later`; waits in between through the clock. Ends by the signal.
 */
export async function patiently<T>(
  clock: Clock,
  operation: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await operation();
    } catch (error) {
      if (!isAppError(error) || error.retry !== 'later') throw error;
      await clock.sleep(error.retryAfterMs ?? backoffMs(tries), signal);
    }
  }
}
