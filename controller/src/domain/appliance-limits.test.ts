import { describe, expect, it } from 'vitest';
import { describeEstimate, limitReached } from './appliance-limits.ts';

const hourMs = 3_600_000;
const limits = { atOnceMax: 2, launchesPerHourMax: 5, dollarsPerMonthMax: 10 };
const usage = { live: 0, launchesOfLastHour: 0, dollarsSpent: 0, dollarsReserved: 0 };
const estimate = { description: 'c7g.large, spot', dollarsPerHour: 0.5, lifeMs: 12 * hourMs };

describe('limits of appliances', () => {
  it.each([
    ['nothing is there', usage, undefined],
    ['as many are there as may be', { ...usage, live: 2 }, '2 of 2 archiver appliances are there'],
    [
      'an hour had its launches',
      { ...usage, launchesOfLastHour: 5 },
      '5 of 5 launches an hour are used',
    ],
    ['the budget just holds', { ...usage, dollarsSpent: 3, dollarsReserved: 1 }, undefined],
    [
      'the worst that may come exceeds the budget',
      { ...usage, dollarsSpent: 3, dollarsReserved: 1.01 },
      'the budget is $10.00 a month: $4.01 are spent or reserved, one more appliance may cost $6.00',
    ],
  ])('%s', (_, used, message) => {
    expect(limitReached(used, limits, estimate)?.message).toBe(message);
  });

  it('keep no budget of what has no price, and need none of what costs nothing', () => {
    const unknown = { ...estimate, dollarsPerHour: undefined };
    expect(limitReached(usage, limits, unknown)?.message).toContain('the price of c7g.large');
    const { dollarsPerMonthMax: _budget, ...without } = limits;
    expect(limitReached(usage, without, unknown)).toBeUndefined();
    const free = { ...estimate, dollarsPerHour: 0 };
    expect(limitReached({ ...usage, dollarsSpent: 10 }, limits, free)).toBeUndefined();
  });

  it.each([
    ['places', { ...usage, live: 2 }, true],
    ['launches', { ...usage, launchesOfLastHour: 5 }, false],
    ['the budget', { ...usage, dollarsReserved: 9 }, true],
  ])('of %s say whether the end of a machine would help', (_, used, helps) => {
    expect(limitReached(used, limits, estimate)?.passesWithOneLess).toBe(helps);
  });

  it('are told with the estimate', () => {
    const spent = { ...usage, dollarsSpent: 1.2 };
    expect(describeEstimate(estimate, spent)).toBe(
      'c7g.large, spot; $0.50 an hour, $6.00 at most; $1.20 this month so far',
    );
    expect(describeEstimate({ ...estimate, keepWarmMinutes: 20 }, spent)).toMatch(
      /so far; within that, it may wait for more work for 20 minutes$/,
    );
  });
});
