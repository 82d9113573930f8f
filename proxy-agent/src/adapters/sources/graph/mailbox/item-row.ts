import type { SourceItem } from '../../../../ports/source.ts';
import { type JsonRecord, requiredTextAt, textAt } from '../client/json-value.ts';
import type { ItemColumns } from './columns.ts';

/** An item as a folder's delta or listing names it. */
export interface ListedItem {
  readonly itemId: string;
  readonly folderId: string;
  readonly changeKey: string;
  readonly type: string;
  readonly size: number;
  readonly created: string;
  readonly modified: string;
  readonly categories: readonly string[];
}

const epoch = '1970-01-01T00:00:00Z';

/** @throws AppError E_SOURCE_PROTOCOL when id or change key is missing */
export function decodeListedItem(entry: JsonRecord, folderId: string): ListedItem {
  const what = 'an item of a folder';
  const created = textAt(entry, 'createdDateTime') ?? epoch;
  const categories = entry['categories'];
  return {
    itemId: requiredTextAt(entry, 'id', what),
    folderId,
    changeKey: requiredTextAt(entry, 'changeKey', what),
    type: textAt(entry, 'type') ?? 'IPM',
    // Int64 is written as a number, or as text under IEEE754Compatible.
    size: Number(entry['size'] ?? 0) || 0,
    created,
    modified: textAt(entry, 'lastModifiedDateTime') ?? created,
    categories: Array.isArray(categories) ? categories.map(String) : [],
  };
}

/** The catalog's row of an item. */
export function itemRow(item: ListedItem, columns: ItemColumns): SourceItem {
  const { categories } = item;
  return {
    itemId: item.itemId,
    folderId: item.folderId,
    name: columns.subject ?? '',
    type: item.type,
    changeKey: item.changeKey,
    size: item.size,
    date: columns.received ?? item.created,
    columns: { ...columns, ...(categories.length === 0 ? {} : { categories }) },
    properties: { createdDateTime: item.created, lastModifiedDateTime: item.modified },
    format: 'fts',
  };
}
