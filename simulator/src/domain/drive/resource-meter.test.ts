import { describe, expect, it } from 'vitest';
import { limitsOfTenant, ResourceMeter } from './resource-meter.ts';

describe('ResourceMeter', () => {
  it('warns from 80 % of the minute on and refuses above the limit until the minute is over', () => {
    const meter = new ResourceMeter({ perMinute: 10, perDay: 1000 });
    expect(meter.charge('app', 7, 0).warned).toBe(false);
    expect(meter.charge('app', 1, 1000)).toMatchObject({
      refused: false,
      warned: true,
      limit: 10,
      remaining: 2,
      resetSeconds: 59,
    });
    expect(meter.charge('app', 3, 30_000)).toMatchObject({ refused: true, resetSeconds: 30 });
    expect(meter.charge('app', 1, 60_000)).toMatchObject({ refused: false, remaining: 9 });
  });

  it('counts each application for itself', () => {
    const meter = new ResourceMeter({ perMinute: 1, perDay: 10 });
    meter.charge('one', 1, 0);
    expect(meter.charge('two', 1, 0).refused).toBe(false);
    expect(meter.charge('one', 1, 0).refused).toBe(true);
  });

  it('refuses for the rest of the day when the day is used up', () => {
    const meter = new ResourceMeter({ perMinute: 100, perDay: 2 });
    meter.charge('app', 2, 0);
    expect(meter.charge('app', 1, 3_600_000)).toMatchObject({
      refused: true,
      resetSeconds: 23 * 3600,
    });
  });

  it.each([
    [10, 1_250],
    [1_000, 1_250],
    [1_001, 2_500],
    [50_000, 5_000],
    [50_001, 6_250],
  ])('grants a tenant of %i licences %i units a minute', (licences, perMinute) => {
    expect(limitsOfTenant(licences).perMinute).toBe(perMinute);
  });
});
