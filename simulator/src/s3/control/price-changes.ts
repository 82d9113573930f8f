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
    for (const [price, value] of Object.entries(asObject(some))) checkPrice(known, price, value);
    return [name, { ...known, ...asObject(some) }] as const;
  });
  return { outPerGb, classes: { ...prices.classes, ...Object.fromEntries(changed) } };
}

function checkPrice(known: ClassPrices, price: string, value: unknown): void {
  const isKnown = Object.hasOwn(known, price);
  const isFit = isKnown && typeof value === typeof known[price as keyof ClassPrices];
  if (!isFit || value === null) throw badAdminRequest(`'${price}' is no price, or of another type`);
}

function asObject(value: unknown): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw badAdminRequest('prices are an object of objects by storage class');
}
