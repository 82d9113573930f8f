import { invariant } from '../errors/invariant.ts';
import { decodePrices } from './decode-prices.ts';
import type { PriceTable } from './price-table.ts';
import file from './standard-prices.json' with { type: 'json' };

/** The tables that come with Firn. Whoever needs exact ones edits a copy of the file. */
export const standardTables: readonly PriceTable[] = decodePrices(file);

/** One of them. */
export function standardPrices(provider: string, region: string): PriceTable {
  const table = standardTables.find((each) => each.provider === provider && each.region === region);
  invariant(table !== undefined, `there are standard prices of ${provider} in ${region}`);
  return table;
}
