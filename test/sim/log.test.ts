import { describe, expect, it } from 'vitest';
import { type DefectName, defects } from './defects.ts';
import { rememberedSeeds } from './remembered-seeds.ts';
import { runSeed } from './run-seed.ts';

const cleanSeeds = 200;

/** A seed that finds the defect. `npm run sim -- --defect NAME` finds others. */
const findingSeeds: Readonly<Record<DefectName, number>> = {
  'own-id-not-compared': 3,
  'condemned-pack-reused': 4,
  'condemn-from-stale-position': 2,
  'pin-of-condemned-point': 1,
  'copy-source-not-pinned': 7,
  'sweep-without-grace': 5,
  'only-newer-condemns-checked': 4,
  'commit-after-done': 1,
  'sweep-once-only': 1,
  'marking-ignores-relocate': 1,
  'relocate-while-marking': 9,
  'earlier-moves-forgotten': 5,
  'keys-destroyed-before-entry': 1,
  'older-keys-dropped': 1,
  'erased-key-used': 1,
  'later-keys-destroyed': 5,
  'keys-destroyed-once': 3,
  'keys-of-open-sessions-destroyed': 1,
  'mend-while-marking': 54,
  'found-packs-not-named': 15,
  'mended-root-read-on': 30,
  'takeover-unnamed': 1,
};

describe("the repository's log, simulated", () => {
  it(`holds all its properties on ${cleanSeeds} seeds and on those that failed once`, {
    timeout: 180_000,
  }, async () => {
    const range = Array.from({ length: cleanSeeds }, (_, i) => i + 1);
    for (const seed of [...rememberedSeeds(), ...range]) {
      const { failure } = await runSeed(seed);
      expect(failure, `seed ${seed}`).toBeUndefined();
    }
  });

  it.each(Object.entries(findingSeeds))('notices the defect %s', async (name, seed) => {
    const { failure } = await runSeed(seed, defects[name as DefectName]());
    expect(failure).toBeDefined();
  });

  it('plays the same seed the same way', async () => {
    const first = await runSeed(7);
    const second = await runSeed(7);
    expect(second.traceDigest).toBe(first.traceDigest);
    expect(second.events).toBe(first.events);
  });

  it('plays other seeds other ways', async () => {
    const digests = new Set<string>();
    for (const seed of [1, 2, 3]) digests.add((await runSeed(seed)).traceDigest);
    expect(digests.size).toBe(3);
  });
});
