import { ManualClock } from '@firn/shared/time/manual-clock';
import { expect, it } from 'vitest';
import { PollPace } from './poll-pace.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** Times at which somebody who waits so long asks. */
async function asked(forMs: number): Promise<number[]> {
  const clock = new ManualClock(5);
  const pace = new PollPace(clock, minuteMs);
  const times: number[] = [];
  while (clock.now() - 5 < forMs) {
    const turn = pace.turn();
    clock.advance(clock.sleptMs.at(-1) ?? 0);
    await turn;
    times.push(clock.now() - 5);
  }
  return times;
}

it('asks every minute of what takes minutes', async () => {
  const times = await asked(5 * minuteMs);
  expect(times).toEqual([1, 2, 3, 4, 5].map((minutes) => minutes * minuteMs));
});

it('asks ever more seldom, and is late by a twentieth of what it took', async () => {
  const times = await asked(48 * hourMs);
  expect(times.length).toBeLessThan(130);
  times.forEach((time, at) => {
    const earlier = times[at - 1] ?? 0;
    expect(time - earlier).toBeLessThanOrEqual(Math.max(minuteMs, earlier / 20));
  });
});
