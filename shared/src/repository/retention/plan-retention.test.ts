import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PointAge, planRetention } from './plan-retention.ts';
import { type Period, periodStart, type RetentionPolicy } from './policy.ts';

const at = (iso: string): number => Date.parse(iso);
const dayMs = 86_400_000;
const nowMs = at('2026-11-22T12:00:00Z');

function point(daysAgo: number, changes: Partial<PointAge> = {}): PointAge {
  const committedAtMs = nowMs - daysAgo * dayMs;
  return { pointId: `${daysAgo}`, committedAtMs, complete: true, open: false, ...changes };
}

function goes(points: readonly PointAge[], policy: RetentionPolicy, isAbandoned = false) {
  return planRetention({ points, policy, nowMs, isAbandoned }).goes.map(({ pointId }) => pointId);
}

describe('periodStart', () => {
  it.each<[string, Period, string]>([
    ['2026-11-22T12:00:00Z', { count: 1, unit: 'days' }, '2026-11-21T12:00:00Z'],
    ['2026-11-22T12:00:00Z', { count: 2, unit: 'weeks' }, '2026-11-08T12:00:00Z'],
    ['2026-03-31T05:06:07Z', { count: 1, unit: 'months' }, '2026-02-28T05:06:07Z'],
    ['2024-03-31T00:00:00Z', { count: 1, unit: 'months' }, '2024-02-29T00:00:00Z'],
    ['2026-01-31T00:00:00Z', { count: 2, unit: 'months' }, '2025-11-30T00:00:00Z'],
    ['2026-01-01T00:00:00Z', { count: 13, unit: 'months' }, '2024-12-01T00:00:00Z'],
    ['2024-02-29T23:59:59Z', { count: 1, unit: 'years' }, '2023-02-28T23:59:59Z'],
    ['2028-02-29T00:00:00Z', { count: 4, unit: 'years' }, '2024-02-29T00:00:00Z'],
    // Clocks of Europe went forward between the two, and back: UTC knows nothing of it.
    ['2026-03-29T12:00:00Z', { count: 1, unit: 'days' }, '2026-03-28T12:00:00Z'],
    ['2026-10-25T12:00:00Z', { count: 1, unit: 'months' }, '2026-09-25T12:00:00Z'],
  ])('%s back by %o is %s', (now, period, expected) => {
    expect(new Date(periodStart(at(now), period)).toISOString()).toBe(
      new Date(expected).toISOString(),
    );
  });
});

describe('planRetention', () => {
  const days30 = { count: 30, unit: 'days' } as const;

  it.each<[string, readonly PointAge[], RetentionPolicy, readonly string[]]>([
    ['nothing of nothing', [], { type: 'snapshot', keepFor: days30 }, []],
    ['the only point never', [point(900)], { type: 'snapshot', keepFor: days30 }, []],
    ['nothing without a rule', [point(900), point(1)], { type: 'snapshot' }, []],
    [
      'what is older than the period',
      [point(40), point(31), point(30), point(1)],
      { type: 'snapshot', keepFor: days30 },
      ['40', '31'],
    ],
    [
      'all but the newest N',
      [point(3), point(2), point(1)],
      { type: 'snapshot', keepLast: 2 },
      ['3'],
    ],
    [
      'only what neither rule keeps',
      [point(50), point(40), point(35)],
      { type: 'snapshot', keepFor: days30, keepLast: 2 },
      ['50'],
    ],
    [
      'no point that is newer than one that stays, complete or not',
      [point(50), point(40, { complete: false }), point(35)],
      { type: 'snapshot', keepLast: 1 },
      ['50', '40'],
    ],
    [
      'not the newest complete one while newer ones are not complete',
      [point(60), point(50), point(40, { complete: false })],
      { type: 'snapshot', keepFor: days30 },
      ['60'],
    ],
    [
      'nothing of an open session',
      [point(40, { open: true, complete: false }), point(35)],
      { type: 'snapshot', keepFor: days30 },
      [],
    ],
    [
      'points that are older than all items may be',
      [point(40), point(20)],
      { type: 'item', keepFor: days30 },
      ['40'],
    ],
  ])('expires %s', (_, points, policy, expected) => {
    expect(goes(points, policy)).toEqual(expected);
  });

  it('lets the newest point of a job that is gone age out', () => {
    const policy = { type: 'snapshot', keepFor: days30 } as const;
    expect(goes([point(40), point(31)], policy, true)).toEqual(['40', '31']);
    expect(goes([point(40), point(29)], policy, true)).toEqual(['40']);
  });

  it('keeps a point that is still to be copied, and all that are newer', () => {
    const points = [point(60), point(50), point(40), point(1)];
    const policy = { type: 'snapshot', keepFor: days30, keepLast: 1 } as const;
    const plan = planRetention({ points, policy, nowMs, neededFrom: '50' });
    expect(plan.goes.map(({ pointId }) => pointId)).toEqual(['60']);
    expect(plan.cutoffMs).toBe(points[1]?.committedAtMs);
  });

  it('says why, and from when on items count', () => {
    const policy = { type: 'snapshot', keepFor: days30, keepLast: 1 } as const;
    const plan = planRetention({ points: [point(40), point(31)], policy, nowMs });
    expect(plan.goes[0]?.reason).toBe('older than 30 days, and not among the newest 1');
    expect(plan.itemsSinceMs).toBeUndefined();
    const items = planRetention({ points: [], policy: { type: 'item', keepFor: days30 }, nowMs });
    expect(items.itemsSinceMs).toBe(nowMs - 30 * dayMs);
  });

  it('keeps exactly what is at or after the cut-off, whatever the policy', () => {
    const period = fc.record({
      count: fc.integer({ min: 1, max: 40 }),
      unit: fc.constantFrom('days' as const, 'weeks' as const, 'months' as const),
    });
    const policy: fc.Arbitrary<RetentionPolicy> = fc.record({
      type: fc.constant('snapshot' as const),
      keepFor: fc.option(period, { nil: undefined }),
      keepLast: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
    });
    const ages = fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 12 });
    fc.assert(
      fc.property(policy, ages, (anyPolicy, days) => {
        const points = [...days].sort((a, b) => b - a).map((each) => point(each));
        const plan = planRetention({ points, policy: anyPolicy, nowMs });
        const cutoffMs = plan.cutoffMs ?? 0;
        const older = points.filter(({ committedAtMs }) => committedAtMs < cutoffMs);
        expect(plan.goes.map(({ pointId }) => pointId)).toEqual(older.map((each) => each.pointId));
        expect(points.length === 0 || plan.goes.length < points.length).toBe(true);
      }),
    );
  });
});
