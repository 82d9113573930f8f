import { describe, expect, it } from 'vitest';
import { Pace } from './pace.ts';

const { signal } = new AbortController();

function aClock() {
  let nowMs = 10_000;
  const sleep = async (ms: number) => {
    nowMs += ms;
  };
  return { now: () => nowMs, sleep };
}

/** When each of so many turns came, since the first. */
async function turns(pace: Pace, clock: ReturnType<typeof aClock>, count: number) {
  const begunMs = clock.now();
  const times: number[] = [];
  for (let n = 0; n < count; n += 1) {
    await pace.turn(signal);
    times.push(clock.now() - begunMs);
  }
  return times;
}

describe('Pace', () => {
  it('gives the turns of one second at once, and then as many in each second', async () => {
    const clock = aClock();
    const times = await turns(new Pace(clock, 4), clock, 8);
    expect(times).toEqual([0, 0, 0, 0, 250, 500, 750, 1_000]);
  });

  it('saves up the turns of one second and no more while nobody asks', async () => {
    const clock = aClock();
    const pace = new Pace(clock, 2);
    await pace.turn(signal);
    await clock.sleep(60_000);
    expect(await turns(pace, clock, 4)).toEqual([0, 0, 500, 1_000]);
  });
});
