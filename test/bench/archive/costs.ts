/** What copies cost, by the prices that Firn knows. */
import { costOfKeeping, costOfWriting } from '@firn/shared/prices/costs';
import type { Cloud } from './cloud/cloud.ts';

export const keptMonths = 36;

export interface Kept {
  readonly blobs: number;
  readonly bytes: number;
}

type Priced = Pick<Cloud, 'prices' | 'storageClass'>;

/** Dollars to keep copies 36 months. */
export function costOfKept({ prices, storageClass }: Priced, kept: Kept): number {
  return costOfKeeping(prices, storageClass, { ...kept, months: keptMonths }).total;
}

/** Dollars to keep in the hot class 36 months. */
export function costOfHot({ prices }: Priced, bytes: number): number {
  return costOfKeeping(prices, 'hot', { blobs: 0, bytes, months: keptMonths }).total;
}

/** Dollars to write so many bytes in blobs of one size and keep them 36 months, without reading their source. */
export function costOfBlobs(
  priced: Priced,
  kept: Kept,
  { byLifecycle }: { readonly byLifecycle: boolean },
): number {
  const { prices, storageClass } = priced;
  const written = costOfWriting(prices, storageClass, kept).total;
  // A lifecycle rule bills a request of the colder class for each object, beside the put.
  const hot = byLifecycle ? costOfWriting(prices, 'hot', kept).total : 0;
  return costOfKept(priced, kept) + written + hot;
}
