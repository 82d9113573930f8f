import type { Retrieval } from '@firn/shared/rest/schemas/retrieval';
import { describe, expect, it } from 'vitest';
import { describePlan } from './retrieval-text.ts';

const gib = 2 ** 30;
const retrieval = {
  id: 'plan-1',
  plan: {
    plannedAt: '2026-01-01T00:00:00Z',
    packs: 12,
    bytes: 3 * gib,
    coldPacks: 1,
    coldBytes: gib / 4,
    neededBytes: gib,
    missingPacks: 0,
    speeds: [
      { speed: 'standard', price: 0.0412, hoursMin: 6, hoursMax: 12 },
      { speed: 'bulk', price: 12.5, hoursMin: 24, hoursMax: 48 },
    ],
    prices: { region: 'us-east-1', date: '2026-06-18', source: 'a page', currency: 'USD' },
  },
} as unknown as Retrieval;

describe('describePlan', () => {
  it('tells what is needed, what has to thaw, and the price of each speed', () => {
    expect(describePlan(retrieval, undefined)).toBe(
      [
        '12 packs with 3.0 GiB, of these 1 pack with 256.0 MiB have to thaw',
        'SPEED     USD     HOURS',
        'standard  0.0412  6 to 12',
        'bulk      12.50   24 to 48',
        'prices of us-east-1, 2026-06-18: a page',
        'start it within a day: firn retrieval create --plan plan-1 --speed SPEED',
      ].join('\n'),
    );
  });

  it('says why nothing was planned', () => {
    const { plan: _, ...unplanned } = retrieval;
    expect(describePlan(unplanned, 'the point is gone')).toBe(
      'nothing was planned: the point is gone',
    );
  });
});
