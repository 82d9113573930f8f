import { readStorageClass } from '../domain/storage-class.ts';
import { badAdminRequest } from './admin-body.ts';
import type { ClassPrices, PriceTable } from './price-table.ts';

type Json = Readonly<Record<string, unknown>>;

/** The table with what a request changes: `{classes?: {NAME: some of its prices}, outPerGb?}`. */
export function changedPrices(prices: PriceTable, changes: Json): PriceTable {
  const { classes = {}, outPerGb = prices.outPerGb } = changes;
  if (typeof outPerGb !== 'number') throw badAdminRequest("'outPerGb' must be a number");
  const changed = Object.entries(asObject(classes)).map(([name, some]) => {
    const known: ClassPrices = prices.classes[readStorageClass(name)];
    const unknown = Object.keys(asObject(some)).find((price) => !(price in known));
    if (unknown !== undefined) throw badAdminRequest(`${name} has no price '${unknown}'`);
    return [name, { ...known, ...asObject(some) }] as const;
  });
  return { outPerGb, classes: { ...prices.classes, ...Object.fromEntries(changed) } };
}

function asObject(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw badAdminRequest('prices are an object of objects by storage class');
}
