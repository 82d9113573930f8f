import { estimateThaw, thawUnits } from '@firn/shared/prices/costs';
import type { PriceTable } from '@firn/shared/prices/price-table';
import { type ThawSpeed, thawSpeedsOf } from '@firn/shared/storage-class/storage-class';
import type { ObjectStorage } from '../../domain/resources.ts';
import type { PriceLimit, RetrievalPlan, RetrievalSize } from '../../domain/retrieval-plan.ts';

type Place = Pick<ObjectStorage, 'provider' | 'storageClass' | 's3'>;

const daySeconds = 86_400;
/** What a price may rise between a plan and its start. */
const riseMax = 1.05;

/** The table of the storage's region; undefined: there are no prices of it. */
function tableOf(
  tables: readonly PriceTable[],
  { provider, s3, storageClass }: Place,
): PriceTable | undefined {
  const ofProvider = tables.filter(
    (table) => table.provider === provider && Object.hasOwn(table.classes, storageClass),
  );
  return ofProvider.find(({ region }) => region === s3?.region) ?? ofProvider[0];
}

export interface Priced {
  readonly size: RetrievalSize;
  readonly storage: Place;
  readonly availabilitySeconds: number;
  readonly nowMs: number;
}

/** The plan with the price of each speed that the storage's class has. */
export function priceRetrieval(
  tables: readonly PriceTable[],
  { size, storage, availabilitySeconds, nowMs }: Priced,
): RetrievalPlan {
  const table = tableOf(tables, storage);
  const thawed = {
    blobs: size.coldPacks,
    bytes: size.coldBytes,
    days: availabilitySeconds / daySeconds,
    nowMs,
  };
  const speeds = thawSpeedsOf(storage.provider, storage.storageClass).map((speed) => {
    const estimate = table && estimateThaw(table, storage.storageClass, { ...thawed, speed });
    if (estimate === undefined) return { speed };
    const [hoursMin, hoursMax] = size.coldPacks === 0 ? [0, 0] : estimate.hours;
    return { speed, price: estimate.cost.total, hoursMin, hoursMax };
  });
  const plannedAt = new Date(nowMs).toISOString();
  if (table === undefined) return { ...size, plannedAt, speeds };
  const { region, date, source, currency } = table;
  return { ...size, plannedAt, speeds, prices: { region, date, source, currency } };
}

export interface Started {
  readonly plan: RetrievalPlan;
  readonly speed: ThawSpeed;
  readonly storage: Place;
  readonly availabilitySeconds: number;
}

/**
 * What the retrieval may cost: as the plan said, and a little more. By the prices of now, and the
 * hour of the plan: that a day ends earlier is no rise. Null: nobody knows its price.
 */
export function priceLimitOf(
  tables: readonly PriceTable[],
  { plan, speed, storage, availabilitySeconds }: Started,
): PriceLimit | null {
  const table = tableOf(tables, storage);
  const planned = plan.speeds.find((each) => each.speed === speed)?.price;
  if (table === undefined || planned === undefined) return null;
  const units = thawUnits(table, storage.storageClass, {
    speed,
    days: availabilitySeconds / daySeconds,
    nowMs: Date.parse(plan.plannedAt),
  });
  if (units === undefined) return null;
  const { perBlob: perPack, perByte } = units;
  return { perPack, perByte, priceMax: planned * riseMax, currency: table.currency };
}
