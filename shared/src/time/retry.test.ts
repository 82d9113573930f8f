import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import type { Clock } from './clock.ts';
import { ManualClock } from './manual-clock.ts';
import { retry } from './retry.ts';

const policy = { triesMax: 4, delayMsFirst: 100, delayMsMax: 250 };

/** Sleeps take no time but are recorded. */
function recordingPorts(random = 0.999_999) {
  const sleptMs: number[] = [];
  const clock: Clock = { now: () => 0, sleep: async (ms) => void sleptMs.push(ms) };
  return { sleptMs, ports: { clock, random: () => random } };
}

function failing(times: number, error: Error) {
  let calls = 0;
  return async (attempt: number) => {
    calls += 1;
    if (calls <= times) throw error;
    return attempt;
  };
}

describe('retry', () => {
  it('tries again after an error that may pass, with growing and bounded waits', async () => {
    const { sleptMs, ports } = recordingPorts();
    const busy = new AppError('E_STORAGE_UNAVAILABLE', 'busy');
    expect(await retry(failing(3, busy), { policy, ports })).toBe(4);
    expect(sleptMs).toEqual([100, 200, 250]);
  });

  it('waits at least half of the delay', async () => {
    const { sleptMs, ports } = recordingPorts(0);
    await retry(failing(1, new AppError('E_STORAGE_UNAVAILABLE', 'busy')), { policy, ports });
    expect(sleptMs).toEqual([50]);
  });

  it('waits as long as the other side asks', async () => {
    const { sleptMs, ports } = recordingPorts();
    const busy = new AppError('E_SOURCE_THROTTLED', 'slow down', { retryAfterMs: 7_000 });
    await retry(failing(1, busy), { policy, ports });
    expect(sleptMs).toEqual([7_000]);
  });

  it('throws the last error when the tries are used up', async () => {
    const { sleptMs, ports } = recordingPorts();
    const busy = new AppError('E_STORAGE_UNAVAILABLE', 'busy');
    await expect(retry(failing(9, busy), { policy, ports })).rejects.toBe(busy);
    expect(sleptMs).toHaveLength(3);
  });

  it.each([
    new AppError('E_BLOB_EXISTS', 'exists'),
    new AppError('E_STORAGE_DENIED', 'denied'),
    new AppError('E_CANCELLED', 'cancelled'),
    new Error('a defect'),
  ])('does not repeat what cannot pass by itself: $message', async (error) => {
    const { sleptMs, ports } = recordingPorts();
    await expect(retry(failing(1, error), { policy, ports })).rejects.toBe(error);
    expect(sleptMs).toEqual([]);
  });

  it('stops waiting when it is aborted, with the reason', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const reason = new Error('stopped');
    const running = retry(failing(1, new AppError('E_STORAGE_UNAVAILABLE', 'busy')), {
      policy,
      ports: { clock, random: () => 0 },
      signal: controller.signal,
      onRetry: () => queueMicrotask(() => controller.abort(reason)),
    });
    await expect(running).rejects.toBe(reason);
    expect(clock.sleeperCount).toBe(0);
  });
});
