import type { SearchItems } from '@firn/shared/gen/firn/link/v1/link';
import { decodeValues, type ItemOrder, positionOf } from '@firn/shared/repository/point/item-order';
import type { FoundItem, FoundPosition, ItemFilterQuery } from '../../ports/browse-cache.ts';

export function filterOf(question: SearchItems): ItemFilterQuery {
  const { text, from, to, sizeMin, sizeMax, hasAttachment, itemClass } = question;
  return {
    text: text === '' ? undefined : text,
    fromMs: from?.getTime(),
    toMs: to?.getTime(),
    sizeMin: sizeMin === undefined ? undefined : Number(sizeMin),
    sizeMax: sizeMax === undefined ? undefined : Number(sizeMax),
    hasAttachment,
    type: itemClass === '' ? undefined : itemClass,
  };
}

export function positionOfFound(order: ItemOrder, item: FoundItem): FoundPosition {
  return [...positionOf(order, item), item.objectId];
}

/** Undefined for what is no cursor of this order: the first page. */
export function afterOf(order: ItemOrder, cursor: string): FoundPosition | undefined {
  const [value, itemId, objectId] = decodeValues(cursor);
  const wanted = order === 'name' ? 'string' : 'number';
  if (typeof value !== wanted || typeof itemId !== 'string') return undefined;
  return typeof objectId === 'string' ? [value as string | number, itemId, objectId] : undefined;
}
