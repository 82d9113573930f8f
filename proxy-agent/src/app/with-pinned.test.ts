import { ManualClock } from '@firn/shared/time/manual-clock';
import { describe, expect, it } from 'vitest';
import { withPinned } from './with-pinned.ts';

const dayMs = 24 * 60 * 60 * 1000;

function aPinned() {
  const clock = new ManualClock(0);
  const untilDays: number[] = [];
  const unpinned: string[] = [];
  const failures: Error[] = [];
  const repository = {
    pin: async (_: string, __: unknown, untilMs: number) => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      untilDays.push(untilMs / dayMs);
    },
    unpin: async (pinId: string) => {
      unpinned.push(pinId);
    },
  };
  const { signal } = new AbortController();
  const point = { jobId: 'job', pointId: 'point' };
  const pinned = { repository, pinId: 'pin', point, clock, signal };
  const tenDaysPass = async () => {
    clock.advance(10 * dayMs);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { pinned, untilDays, unpinned, failures, tenDaysPass };
}

describe('a pinned point', () => {
  it('stays pinned for as long as the work runs, and not longer', async () => {
    const { pinned, untilDays, unpinned, tenDaysPass } = aPinned();
    await withPinned(pinned, async () => {
      for (let n = 0; n < 4; n += 1) await tenDaysPass();
    });
    expect(untilDays).toEqual([30, 40, 50, 60, 70]);
    expect(unpinned).toEqual(['pin']);
    await tenDaysPass();
    expect(untilDays).toHaveLength(5);
  });

  it('is pinned anew after a renewal that failed', async () => {
    const { pinned, untilDays, failures, tenDaysPass } = aPinned();
    await withPinned(pinned, async () => {
      failures.push(new Error('the storage does not answer'));
      await tenDaysPass();
      await tenDaysPass();
    });
    expect(untilDays).toEqual([30, 50]);
  });

  it('is not let go when the work failed: the next attempt needs it', async () => {
    const { pinned, unpinned } = aPinned();
    const failing = withPinned(pinned, () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(unpinned).toEqual([]);
  });
});
