import { describe, expect, it } from 'vitest';
import { ManualClock } from './manual-clock.ts';
import { systemClock } from './system-clock.ts';

describe('ManualClock', () => {
  it('wakes sleepers in order of time once it has advanced far enough', async () => {
    const clock = new ManualClock(1_000);
    const woken: string[] = [];
    const late = clock.sleep(20).then(() => woken.push('late'));
    const early = clock.sleep(10).then(() => woken.push('early'));
    clock.advance(9);
    expect(clock.sleeperCount).toBe(2);
    clock.advance(11);
    await Promise.all([late, early]);
    expect(woken).toEqual(['early', 'late']);
    expect(clock.now()).toBe(1_020);
  });
});

describe.each([
  ['ManualClock', new ManualClock()],
  ['systemClock', systemClock],
])('%s', (_name, clock) => {
  it('rejects a sleep with the reason of its signal', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped');
    const sleeping = clock.sleep(60_000, controller.signal);
    controller.abort(reason);
    await expect(sleeping).rejects.toBe(reason);
    await expect(clock.sleep(1, controller.signal)).rejects.toBe(reason);
  });
});
