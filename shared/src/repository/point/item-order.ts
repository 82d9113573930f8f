import type { CatalogItem } from '../catalog/row.ts';

/** Dates newest first, names from A to Z whatever their case, sizes largest first; then by id. */
export type ItemOrder = 'date' | 'name' | 'size';

/** What of an item orders it. */
export type OrderedItem = Pick<CatalogItem, 'itemId' | 'date' | 'name' | 'size'>;

/** Position of an item among others: what a cursor is made of. */
export type ItemPosition = readonly [value: string | number, itemId: string];

export function positionOf(order: ItemOrder, item: OrderedItem): ItemPosition {
  switch (order) {
    case 'date':
      return [dateMs(item.date), item.itemId];
    case 'size':
      return [item.size, item.itemId];
    case 'name':
      return [nameKey(item.name), item.itemId];
  }
}

/** 0 for what is no date. */
export function dateMs(date: string): number {
  return Date.parse(date) || 0;
}

export function nameKey(name: string): string {
  return name.normalize('NFC').toLowerCase();
}

/** Below 0 when a comes first. */
export function comparePositions(order: ItemOrder): (a: ItemPosition, b: ItemPosition) => number {
  const sign = order === 'name' ? 1 : -1;
  return (a, b) => sign * compareValues(a[0], b[0]) || compareText(a[1], b[1]);
}

export function encodePosition(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

/** Undefined for what is no cursor of this order: its reader begins at the first page. */
export function decodePosition(order: ItemOrder, cursor: string): ItemPosition | undefined {
  const [value, itemId] = decodeValues(cursor);
  const wanted = order === 'name' ? 'string' : 'number';
  const isPosition = typeof value === wanted && typeof itemId === 'string';
  return isPosition ? [value as string | number, itemId] : undefined;
}

/** What encodePosition was given; empty for anything else. */
export function decodeValues(cursor: string): readonly unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return compareText(String(a), String(b));
}

const surrogates = /[\ud800-\udfff]/;

/** By code points, as databases order UTF-8: JavaScript alone orders by UTF-16. */
function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (surrogates.test(a) || surrogates.test(b))
    return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : 1;
}
