import { describe, expect, it } from 'vitest';
import { blockBytes } from '../object-store/azure/azure-store.ts';
import { s3PartBytes } from '../object-store/s3/s3-store.ts';
import {
  costOfDeleting,
  costOfKeeping,
  costOfWriting,
  estimateThaw,
  partBytesOf,
  thawUnits,
} from './costs.ts';
import { gbBytes } from './price-table.ts';
import { standardPrices } from './standard-prices.ts';

const aws = standardPrices('s3', 'us-east-1');
const tib = 1024 * gbBytes;
const mib = 2 ** 20;

/** What 36 months of a TiB cost beside its bytes, in blobs of one size. */
function overhead(packMib: number): number {
  const blobs = tib / (packMib * mib);
  const kept = costOfKeeping(aws, 'deep-archive', { blobs, bytes: tib, months: 36 }).total;
  const written = costOfWriting(aws, 'deep-archive', { blobs, bytes: tib }).total;
  const bytes = costOfKeeping(aws, 'deep-archive', { blobs: 0, bytes: tib, months: 36 }).total;
  return (kept + written) / bytes - 1;
}

describe('costs', () => {
  it('of writing are those of the parts that the stores make', () => {
    expect(partBytesOf('s3')).toBe(s3PartBytes);
    expect(partBytesOf('azure-blob')).toBe(blockBytes);
    const azure = standardPrices('azure-blob', 'sample');
    const blob = { blobs: 1000, bytes: 1000 * 64 * mib };
    expect(costOfWriting(aws, 'deep-archive', blob).total).toBeCloseTo(0.05 + 9 * 0.005, 9);
    expect(costOfWriting(azure, 'archive', blob).total).toBeCloseTo(0.011 + 16 * 0.0055, 9);
  });

  it.each([
    [1, 1.65],
    [4, 0.41],
    [16, 0.13],
    [256, 0.025],
  ])('of keeping have an overhead that small objects pay for: %d MiB', (packMib, expected) => {
    expect(overhead(packMib)).toBeCloseTo(expected, 2);
  });

  it('of thawing are those of requests, bytes, and of the days that a retrieval asks for', () => {
    const nowMs = Date.UTC(2026, 0, 1);
    const thaw = { blobs: 4000, bytes: tib, speed: 'standard', days: 7, nowMs } as const;
    const estimate = estimateThaw(aws, 'deep-archive', thaw);
    expect(estimate?.hours).toEqual([6, 12]);
    expect(estimate?.cost.requests).toBeCloseTo(4 * 0.1, 6);
    expect(estimate?.cost.retrieval).toBeCloseTo(1024 * 0.02, 6);
    // 30 hours until the last is surely warm: 9 whole days from the ninth hour on, to a midnight.
    const days = 9 + (24 - 9) / 24;
    expect(estimate?.cost.storage).toBeCloseTo((1024 * 0.023 * days * 24) / 730, 6);
  });

  it.each([
    // Warm from 20:00 to 2:00: for two thirds of them the midnight is near, for the others a day off.
    ['standard', 14, 3 * 24 + (4 * 2 + 2 * 23) / 6],
    ['standard', 3, 3 * 24 + 12],
    // Any hour of a day is as likely, whenever it is asked for.
    ['bulk', 0, 5 * 24 + 12],
    ['bulk', 14, 5 * 24 + 12],
  ] as const)(
    'of a thaw in S3, %s, begun at %d:00, are those to the midnights after its hours',
    (...asked) => {
      const [speed, hour, warmHours] = asked;
      const nowMs = Date.UTC(2026, 0, 1, hour);
      const thaw = { blobs: 4000, bytes: tib, speed, days: 1, nowMs } as const;
      const storage = estimateThaw(aws, 'deep-archive', thaw)?.cost.storage;
      expect(storage).toBeCloseTo((1024 * 0.023 * warmHours) / 730, 6);
    },
  );

  it('of thawing elsewhere than in S3 are those of the days, and of waiting for the slowest', () => {
    const azure = standardPrices('azure-blob', 'sample');
    const thaw = { blobs: 1, bytes: tib, speed: 'standard', days: 7, nowMs: 1 } as const;
    const estimate = estimateThaw(azure, 'archive', thaw);
    const waitHours = (15 - 1) / 2;
    expect(estimate?.cost.storage).toBeCloseTo((1024 * 0.0208 * (7 * 24 + waitHours)) / 730, 6);
  });

  it('of thawing at high priority take as long as the account may', () => {
    const azure = standardPrices('azure-blob', 'sample');
    const thaw = { blobs: 8, speed: 'expedited', days: 1, nowMs: 1 } as const;
    const of = (bytes: number) => estimateThaw(azure, 'archive', { ...thaw, bytes })?.hours;
    expect(of(5 * gbBytes)).toEqual([0.5, 1]);
    expect(of(100 * gbBytes)).toEqual([10, 10]);
  });

  it('of thawing are linear: what a blob and a byte more cost', () => {
    const thawing = { speed: 'standard', days: 7, nowMs: Date.UTC(2026, 0, 1) } as const;
    for (const [table, storageClass] of [
      [aws, 'deep-archive'],
      [standardPrices('azure-blob', 'sample'), 'archive'],
    ] as const) {
      const units = thawUnits(table, storageClass, thawing);
      const whole = estimateThaw(table, storageClass, { ...thawing, blobs: 4000, bytes: tib });
      const sum = 4000 * (units?.perBlob ?? 0) + tib * (units?.perByte ?? 0);
      expect(sum / (whole?.cost.total ?? 0)).toBeCloseTo(1, 9);
    }
  });

  it('are not told for a speed that a class has not', () => {
    const thaw = { blobs: 1, bytes: 1, speed: 'expedited', days: 1, nowMs: 0 } as const;
    expect(estimateThaw(aws, 'deep-archive', thaw)).toBeUndefined();
    expect(estimateThaw(aws, 'hot', thaw)).toBeUndefined();
  });

  it('of deleting are those of the time that was promised', () => {
    const old = { blobs: 10, bytes: tib, ageDays: 180 };
    expect(costOfDeleting(aws, 'deep-archive', old).total).toBe(0);
    const young = costOfDeleting(aws, 'deep-archive', { ...old, ageDays: 30 }).total;
    const kept = costOfKeeping(aws, 'deep-archive', {
      ...old,
      blobs: 0,
      months: (150 * 24) / 730,
    });
    expect(young).toBeCloseTo(kept.total, 2);
  });

  it('need prices of the class', () => {
    for (const name of ['nosuch', 'toString']) {
      expect(() => costOfKeeping(aws, name, { blobs: 1, bytes: 1, months: 1 })).toThrow(
        `no prices of ${name}`,
      );
    }
  });
});
