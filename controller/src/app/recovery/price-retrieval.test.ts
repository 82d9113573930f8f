import { standardTables } from '@firn/shared/prices/standard-prices';
import { describe, expect, it } from 'vitest';
import type { S3Settings } from '../../domain/resources.ts';
import { priceLimitOf, priceRetrieval } from './price-retrieval.ts';

const gib = 2 ** 30;
const s3: S3Settings = { region: 'us-east-1', pathStyle: false };
const deep = { provider: 's3', storageClass: 'deep-archive', s3 } as const;
const azure = { provider: 'azure-blob', storageClass: 'archive', s3: null } as const;
const size = {
  packs: 12,
  bytes: 3 * gib,
  coldPacks: 8,
  coldBytes: 2 * gib,
  neededBytes: gib,
  missingPacks: 0,
};
const priced = { size, availabilitySeconds: 86_400, nowMs: Date.UTC(2026, 0, 1, 9) };

describe('the price of a retrieval', () => {
  it('is told for each speed of the class, dearer when it is faster', () => {
    const plan = priceRetrieval(standardTables, { ...priced, storage: deep });
    expect(plan.speeds.map(({ speed }) => speed)).toEqual(['standard', 'bulk']);
    const ofAzure = priceRetrieval(standardTables, { ...priced, storage: azure });
    const [high = 0, standard = 0] = ofAzure.speeds.map(({ price }) => price);
    expect(high).toBeGreaterThan(standard);
    expect(ofAzure.prices).toMatchObject({ currency: 'USD' });
  });

  it('is nothing where nothing has to thaw', () => {
    const warm = { ...size, coldPacks: 0, coldBytes: 0 };
    const plan = priceRetrieval(standardTables, { ...priced, size: warm, storage: deep });
    expect(plan.speeds).toEqual([
      { speed: 'standard', price: 0, hoursMin: 0, hoursMax: 0 },
      { speed: 'bulk', price: 0, hoursMin: 0, hoursMax: 0 },
    ]);
  });

  it('is not told where there are no prices', () => {
    const plan = priceRetrieval([], { ...priced, storage: deep });
    expect(plan.speeds).toEqual([{ speed: 'standard' }, { speed: 'bulk' }]);
    const started = { plan, speed: 'bulk', storage: deep, availabilitySeconds: 86_400 } as const;
    expect(priceLimitOf([], started)).toBeNull();
  });

  it('may rise by 5 % until it is started, and no more', () => {
    const plan = priceRetrieval(standardTables, { ...priced, storage: deep });
    const started = {
      plan,
      speed: 'standard',
      storage: deep,
      availabilitySeconds: priced.availabilitySeconds,
    } as const;
    const limit = priceLimitOf(standardTables, started);
    const priceOf = (packs: number, bytes: number) =>
      packs * (limit?.perPack ?? 0) + bytes * (limit?.perByte ?? 0);
    const { coldPacks, coldBytes } = size;
    expect(priceOf(coldPacks, coldBytes)).toBeLessThan(limit?.priceMax ?? 0);
    expect(priceOf(coldPacks, 1.04 * coldBytes)).toBeLessThan(limit?.priceMax ?? 0);
    expect(priceOf(coldPacks + 1, 1.06 * coldBytes)).toBeGreaterThan(limit?.priceMax ?? 0);
  });
});
