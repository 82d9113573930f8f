import { describe, expect, it } from 'vitest';
import { fuzz } from './fuzz.ts';
import { type FuzzTarget, fuzzTargets } from './targets.ts';

const targets = new Map<string, FuzzTarget>(
  (await fuzzTargets()).map((target) => [target.name, target]),
);
const cases = 10_000;
/** Opening a frame that inflates to 16 MiB takes milliseconds. */
const casesOfSlow: Readonly<Record<string, number>> = { frame: 2_000 };

describe('parsers of the stored format', () => {
  it.each([...targets.keys()])('take or refuse any bytes: %s', async (name) => {
    const target = targets.get(name) as FuzzTarget;
    for (const seed of target.seeds) await expect(accepts(target, seed)).resolves.toBeDefined();
    const { accepted, refused } = await fuzz(target, {
      seed: 1,
      cases: casesOfSlow[name] ?? cases,
    });
    expect(accepted + refused).toBe(casesOfSlow[name] ?? cases);
  });
});

/** Taken, or refused by an AppError: some seeds are bombs. */
async function accepts(target: FuzzTarget, bytes: Uint8Array): Promise<boolean> {
  try {
    await target.parse(bytes);
    return true;
  } catch {
    return false;
  }
}
