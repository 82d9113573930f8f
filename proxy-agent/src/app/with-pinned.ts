import type { Clock } from '@firn/shared/repository/ports';
import type { PinPoint, Repository } from '@firn/shared/repository/repository';

const dayMs = 24 * 60 * 60 * 1000;
/** How long a pin outlives a process that was killed. */
const pinMs = 30 * dayMs;
/** Two renewals may fail before the pin ends. */
const renewMs = 10 * dayMs;

export interface Pinned {
  readonly repository: Pick<Repository, 'pin' | 'unpin'>;
  readonly pinId: string;
  readonly point: PinPoint;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Keeps the point readable while the work runs, however long that takes. When
 * the work fails the pin stays, for the next attempt, and ends by itself.
 */
export async function withPinned<Result>(
  pinned: Pinned,
  work: () => Promise<Result>,
): Promise<Result> {
  await pin(pinned);
  const over = new AbortController();
  const renewing = renew(pinned, AbortSignal.any([pinned.signal, over.signal]));
  const result = await endingWith(work, async () => {
    over.abort();
    await renewing;
  });
  // The work is done; a pin that stays ends by itself.
  await pinned.repository.unpin(pinned.pinId).catch(() => undefined);
  return result;
}

async function endingWith<Result>(
  work: () => Promise<Result>,
  end: () => Promise<void>,
): Promise<Result> {
  try {
    return await work();
  } finally {
    await end();
  }
}

async function renew(pinned: Pinned, signal: AbortSignal): Promise<void> {
  for (;;) {
    await pinned.clock.sleep(renewMs, signal).catch(() => undefined);
    if (signal.aborted) return;
    // One that fails is tried again at the next interval.
    await pin(pinned).catch(() => undefined);
  }
}

function pin({ repository, pinId, point, clock }: Pinned): Promise<void> {
  return repository.pin(pinId, point, clock.now() + pinMs);
}
