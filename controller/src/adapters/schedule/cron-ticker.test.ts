import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { makeCronTicker } from './cron-ticker.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2027-03-28T00:59:58Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the ticker', () => {
  it('calls every five seconds, also in the hour of a clock change, until it is ended', async () => {
    let calls = 0;
    const end = makeCronTicker(new MemoryLogger()).start(async () => {
      calls += 1;
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toBe(12);
    await end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(calls).toBe(12);
  });

  it('does not call again before the call before has ended; its end waits for that', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let calls = 0;
    const end = makeCronTicker(new MemoryLogger()).start(() => {
      calls += 1;
      return promise;
    });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(calls).toBe(1);
    let hasEnded = false;
    const ending = end().then(() => {
      hasEnded = true;
    });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(hasEnded).toBe(false);
    resolve();
    await ending;
  });
});
