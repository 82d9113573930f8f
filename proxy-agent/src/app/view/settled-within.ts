import type { Clock } from '@firn/shared/time/clock';

export interface Patience {
  readonly clock: Clock;
  readonly waitMs: number;
  readonly signal: AbortSignal;
}

/** Whether the work came to an end, good or bad, within the time. It goes on otherwise. */
export async function settledWithin(
  work: Promise<unknown>,
  { clock, waitMs, signal }: Patience,
): Promise<boolean> {
  const over = new AbortController();
  const late = clock.sleep(waitMs, AbortSignal.any([over.signal, signal])).then(
    () => false,
    () => false,
  );
  const settled = work.then(
    () => true,
    () => true,
  );
  const isSettled = await Promise.race([settled, late]);
  over.abort();
  await late;
  return isSettled;
}
