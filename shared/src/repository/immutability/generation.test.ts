import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { generationAt, generationDays, isRetained, lockedUntilMs } from './generation.ts';

const dayMs = 86_400_000;
const aTime = fc.integer({ min: 0, max: 4_000_000_000_000 });
const someDays = fc.integer({ min: 1, max: 3_650 });

describe('generations', () => {
  it.each([
    [1, 1],
    [5, 1],
    [7, 2],
    [30, 10],
    [3_650, 10],
  ])('of %i days of retention last %i days', (days, length) => {
    expect(generationDays(days)).toBe(length);
  });

  it('lock for the days at least, and for one generation more at most', () => {
    fc.assert(
      fc.property(aTime, someDays, (nowMs, days) => {
        const lockedMs = lockedUntilMs(nowMs, { mode: 'governance', days }) - nowMs;
        expect(lockedMs).toBeGreaterThan(days * dayMs);
        expect(lockedMs).toBeLessThanOrEqual((days + generationDays(days)) * dayMs);
      }),
    );
  });

  it('lock all that is put in one of them until the same time', () => {
    fc.assert(
      fc.property(aTime, aTime, someDays, (a, b, days) => {
        const isSame = generationAt(a, days) === generationAt(b, days);
        const until = [a, b].map((ms) => lockedUntilMs(ms, { mode: 'compliance', days }));
        expect(until[0] === until[1]).toBe(isSame);
      }),
    );
  });
});

describe('isRetained', () => {
  it.each(['header/0', 'keys/a', 'log/000000000001', 'packs/1-s-1-ab', 'meta/1-s-1-ab'])(
    'locks %s',
    (name) => expect(isRetained(name)).toBe(true),
  );
  it.each(['checkpoint/000000000001', 'hint/clock', 'warm/r/packs/1-s-1-ab'])(
    'leaves %s as it is',
    (name) => expect(isRetained(name)).toBe(false),
  );
});

describe('the lock of a tail', () => {
  it('is for 40 days at most: it is to leave the hot class', () => {
    const nowMs = Date.UTC(2026, 0, 1);
    const lockedDays = (name: string, days: number) =>
      (lockedUntilMs(nowMs, { mode: 'governance', days }, name) - nowMs) / 86_400_000;
    expect(lockedDays('tails/1-s-1-ab', 365)).toBeGreaterThanOrEqual(40);
    expect(lockedDays('tails/1-s-1-ab', 365)).toBeLessThanOrEqual(50);
    expect(lockedDays('packs/1-s-1-ab', 365)).toBeGreaterThanOrEqual(365);
    expect(lockedDays('tails/1-s-1-ab', 7)).toBe(lockedDays('packs/1-s-1-ab', 7));
  });
});
