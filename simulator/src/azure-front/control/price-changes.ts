import { type AdminBody, badAdminRequest } from './admin-body.ts';
import type { PriceTable } from './price-table.ts';

/** The table with what a request changes: an object of the same shape, with some of its numbers. */
export function changedPrices(prices: PriceTable, changes: AdminBody): PriceTable {
  return merged(prices, changes, 'prices') as PriceTable;
}

function merged(known: unknown, change: unknown, at: string): unknown {
  if (typeof known === 'number') {
    if (typeof change === 'number' && change >= 0) return change;
    throw badAdminRequest(`'${at}' must be a number of at least 0`);
  }
  if (typeof change !== 'object' || change === null) {
    throw badAdminRequest(`'${at}' must be an object`);
  }
  const table = known as Readonly<Record<string, unknown>>;
  const changed = Object.entries(change).map(([name, value]) => {
    if (!Object.hasOwn(table, name)) throw badAdminRequest(`'${at}' has no '${name}'`);
    return [name, merged(table[name], value, name)] as const;
  });
  return { ...table, ...Object.fromEntries(changed) };
}
