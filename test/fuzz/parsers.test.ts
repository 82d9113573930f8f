import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { fuzzTargets } from './targets.ts';

const targets = new Map<string, FuzzTarget>(
  (await fuzzTargets()).map((target) => [target.name, target]),
);

/** A part of what `npm run fuzz` does. */
const casesOfAll = 60_000;
const shares = [...targets.values()].reduce((sum, { share }) => sum + share, 0);

describe('parsers of the stored format and of MIME', () => {
  it.each([...targets.keys()])('take or refuse any bytes: %s', async (name) => {
    const target = targets.get(name) as FuzzTarget;
    const cases = Math.ceil((casesOfAll * target.share) / shares);
    const { accepted, refused } = await fuzz(target, { seed: 1, cases });
    expect(accepted + refused).toBe(cases);
  });
});
