import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dueSlots } from './due-slots.ts';

const minuteMs = 60_000;
const every = (periodMs: number) => (afterMs: number) =>
  (Math.floor(afterMs / periodMs) + 1) * periodMs;

describe('dueSlots', () => {
  it('runs the newest slot, and misses all before it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 720 }),
        fc.integer({ min: 0, max: 900 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (minutes, slotsBehind, rest) => {
          const periodMs = minutes * minuteMs;
          const firstMs = 1_000 * periodMs;
          const newestMs = firstMs + slotsBehind * periodMs;
          const nowMs = newestMs + Math.floor(rest * periodMs);
          const { newestMs: runs, missed } = dueSlots(firstMs, nowMs, every(periodMs));
          expect(runs).toBe(newestMs);
          expect(missed?.count ?? 0).toBe(slotsBehind);
          if (missed !== undefined) {
            expect([missed.firstMs, missed.lastMs]).toEqual([firstMs, newestMs - periodMs]);
          }
        },
      ),
    );
  });

  it('counts no more than it must after years', () => {
    const periodMs = 5 * minuteMs;
    let asked = 0;
    const next = (afterMs: number) => {
      asked += 1;
      return every(periodMs)(afterMs);
    };
    const nowMs = periodMs + 3 * 365 * 24 * 60 * minuteMs;
    const { newestMs, missed } = dueSlots(periodMs, nowMs, next);
    expect(newestMs).toBe(nowMs);
    expect(missed?.lastMs).toBe(nowMs - periodMs);
    expect(missed?.count).toBeGreaterThan(1_000);
    expect(asked).toBeLessThan(5_000);
  });
});
