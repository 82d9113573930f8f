import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DraftMemory } from './draft-memory.ts';

describe('memory of the drafts of a session', () => {
  it('is all for one who is alone', () => {
    const memory = new DraftMemory(1_000);
    const only = {};
    expect(memory.hold(only, 1_000)).toBe(false);
    expect(memory.hold(only, 1_001)).toBe(true);
  });

  it('is what others leave', () => {
    const memory = new DraftMemory(1_000);
    const [small, large] = [{}, {}];
    memory.hold(small, 100);
    expect(memory.hold(large, 900)).toBe(false);
    expect(memory.hold(large, 901)).toBe(true);
    memory.release(small);
    expect(memory.hold(large, 1_000)).toBe(false);
  });

  it('is never much more than it may be', () => {
    const steps = fc.array(fc.record({ draft: fc.nat(7), bytes: fc.nat(50) }), { minLength: 200 });
    fc.assert(
      fc.property(steps, (adding) => {
        const memory = new DraftMemory(1_000);
        const drafts = Array.from({ length: 8 }, () => ({ bytes: 0 }));
        for (const { draft: n, bytes } of adding) {
          const draft = drafts[n] ?? { bytes: 0 };
          draft.bytes += bytes;
          if (memory.hold(draft, draft.bytes)) {
            draft.bytes = 0;
            memory.hold(draft, 0);
          }
          const total = drafts.reduce((sum, each) => sum + each.bytes, 0);
          expect(total).toBeLessThanOrEqual(1_500 + 50 * 8);
        }
      }),
    );
  });
});
