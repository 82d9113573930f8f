import type { CatalogItem } from '@firn/shared/repository/catalog/row';
import type { CachedItem } from '../../ports/browse-cache.ts';

/** Columns of an item that are searched. */
export interface ItemText {
  readonly name: string;
  readonly sender: string;
  readonly recipients: string;
}

export function shownOf(item: CatalogItem): CachedItem {
  const { itemId, folderId, name, type, size, date, columns, failed } = item;
  return { itemId, folderId, name, type, size, date, columns, ...(failed && { failed }) };
}

export function textOf({ name, columns }: CachedItem): ItemText {
  return {
    name,
    sender: texts(columns, ['fromName', 'fromAddress', 'from']),
    recipients: texts(columns, ['to', 'cc', 'bcc']),
  };
}

export function hasAttachment({ columns }: CachedItem): boolean {
  return columns['hasAttachments'] === true;
}

function texts(columns: CachedItem['columns'], names: readonly string[]): string {
  return names
    .map((name) => columns[name])
    .filter((value) => typeof value === 'string')
    .join(' ');
}
