import { AppError } from '@firn/shared/errors/app-error';
import { decodePrices } from '@firn/shared/prices/decode-prices';
import type { PriceTable } from '@firn/shared/prices/price-table';
import { standardTables } from '@firn/shared/prices/standard-prices';
import type { ObjectStorage } from '@firn/shared/rest/schemas/object-storage';
import { readText } from '../config.ts';

/** Which prices a command computes by. */
export interface PriceOptions {
  readonly prices?: string;
  readonly region?: string;
}

/** What of an object storage its prices depend on. */
export type PricedStorage = Pick<
  ObjectStorage,
  'name' | 'provider' | 'region' | 'endpoint' | 'storageClass'
>;

/** E_PRICES_INVALID; E_CONFIG_INVALID where there is no such table. */
export function chooseTable(options: PriceOptions, { provider }: { provider: string }): PriceTable {
  const tables = tablesOf(options);
  const ofProvider = tables.filter((table) => table.provider === provider);
  const table = ofProvider.find(
    ({ region }) => options.region === undefined || region === options.region,
  );
  if (table !== undefined) return table;
  const known = tables.map((each) => `${each.provider} in ${each.region}`).join(', ');
  const where = options.region === undefined ? '' : ` in ${options.region}`;
  throw new AppError(
    'E_CONFIG_INVALID',
    `there are prices of ${known} only, and none of ${provider}${where}`,
  );
}

/**
 * Of the region that the user names; else of the storage's, if there is one; else the
 * provider's first. E_PRICES_INVALID; E_CONFIG_INVALID where nobody knows the storage's prices.
 */
export function tableOfStorage(options: PriceOptions, storage: PricedStorage): PriceTable {
  const { name, provider, region, storageClass } = storage;
  if (isOfAnotherVendor(storage) && options.prices === undefined && options.region === undefined) {
    throw new AppError(
      'E_CONFIG_INVALID',
      `object storage "${name}" is not of AWS: give its prices with --prices`,
    );
  }
  const own = tablesOf(options).find(
    (table) => table.provider === provider && table.region === region,
  );
  const table = options.region === undefined && own ? own : chooseTable(options, storage);
  assertPriced(table, [storageClass], `object storage "${name}"`);
  return table;
}

function isOfAnotherVendor({ provider, endpoint }: PricedStorage): boolean {
  return provider === 's3' && endpoint !== undefined;
}

/** @throws E_CONFIG_INVALID where the table lacks one of the classes */
export function assertPriced(table: PriceTable, classes: Iterable<string>, what: string): void {
  for (const each of classes) {
    if (Object.hasOwn(table.classes, each)) continue;
    const known = Object.keys(table.classes).join(', ');
    throw new AppError(
      'E_CONFIG_INVALID',
      `${what}: there are prices of ${known} only, and none of ${each}`,
    );
  }
}

/** Of what is told, as programs read it. */
export function originOf({ provider, region, date, source, currency }: PriceTable) {
  return { provider, region, date, source, currency };
}

export function originText({ provider, region, date, source }: PriceTable): string {
  return `prices of ${provider} in ${region}, ${date}: ${source}`;
}

/** Small amounts show where they begin. */
export function amountText(amount: number): string {
  return amount.toFixed(amount < 10 ? 4 : 2);
}

function tablesOf({ prices }: PriceOptions): readonly PriceTable[] {
  return prices === undefined ? standardTables : decodePrices(readJson(prices));
}

function readJson(file: string): unknown {
  const text = readText(file, '--prices');
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError('E_PRICES_INVALID', `${file} is no JSON`, { cause });
  }
}
