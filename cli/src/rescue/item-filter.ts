import type { CatalogItem } from '@firn/shared/repository/catalog/row';

/** Undefined members: any. */
export interface ItemQuery {
  /** In name or columns, without regard to case and accents: all words. */
  readonly text?: string | undefined;
  /** In the columns of the sender. */
  readonly sender?: string | undefined;
  /** ISO dates: from, and up to but without. */
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  readonly sizeMin?: number | undefined;
  readonly sizeMax?: number | undefined;
}

export function matches(item: CatalogItem, query: ItemQuery): boolean {
  const { text, sender, since, before, sizeMin = 0, sizeMax = Number.POSITIVE_INFINITY } = query;
  if (item.size < sizeMin || item.size > sizeMax) return false;
  if (since !== undefined && item.date < since) return false;
  if (before !== undefined && item.date >= before) return false;
  if (sender !== undefined && !folded(senderOf(item)).includes(folded(sender))) return false;
  if (text === undefined) return true;
  const all = folded(`${item.name}\n${Object.values(item.columns).map(String).join('\n')}`);
  return folded(text)
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** Whatever the columns say of who sent it. */
export function senderOf({ columns }: CatalogItem): string {
  return ['from', 'fromName', 'fromAddress', 'sender']
    .flatMap((name) => (columns[name] === undefined ? [] : [String(columns[name])]))
    .join(' ');
}

function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}
