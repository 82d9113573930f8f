import { compareKeys, type SortedKeys } from './sorted-keys.ts';

/** Which keys a listing wants. */
export interface ListingQuery {
  readonly prefix: string;
  readonly delimiter: string;
  /** Only keys after this one, and no common prefix that is not after it. */
  readonly after: string;
  readonly maxKeys: number;
}

/** One step of a listing: a key, or what several keys have in common up to the delimiter. */
export type ListingEntry = { readonly key: string } | { readonly prefix: string };

/** What a listing found. */
export interface Listing {
  readonly entries: readonly ListingEntry[];
  /** The last entry, if there is more behind it. */
  readonly next: string | undefined;
}

/** Lists keys in order; `isListed` leaves out keys that have nothing to show. */
export function listKeys(
  keys: SortedKeys,
  query: ListingQuery,
  isListed: (key: string) => boolean,
): Listing {
  const entries: ListingEntry[] = [];
  let last = '';
  for (const found of walk(keys, query, isListed)) {
    if (entries.length >= query.maxKeys) {
      return { entries, next: query.maxKeys === 0 ? undefined : last };
    }
    entries.push(found);
    last = 'key' in found ? found.key : found.prefix;
  }
  return { entries, next: undefined };
}

function* walk(
  keys: SortedKeys,
  query: ListingQuery,
  isListed: (key: string) => boolean,
): Generator<ListingEntry> {
  let key = firstKey(keys, query);
  while (key?.startsWith(query.prefix)) {
    const prefix = isListed(key) ? commonPrefix(key, query) : undefined;
    if (prefix !== undefined) yield { prefix };
    else if (isListed(key)) yield { key };
    key = prefix === undefined ? keys.firstFrom(`${key}\0`) : keys.firstBehind(prefix);
  }
}

function firstKey(keys: SortedKeys, query: ListingQuery): string | undefined {
  const { prefix, after } = query;
  const common = after.startsWith(prefix) ? commonPrefix(after, query) : undefined;
  if (common !== undefined) return keys.firstBehind(common);
  const behind = after === '' ? '' : `${after}\0`;
  return keys.firstFrom(compareKeys(behind, prefix) > 0 ? behind : prefix);
}

/** What a key has in common with others up to the delimiter; undefined for a key of its own. */
export function commonPrefix(
  key: string,
  { prefix, delimiter }: Pick<ListingQuery, 'prefix' | 'delimiter'>,
): string | undefined {
  if (delimiter === '') return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at < 0 ? undefined : key.slice(0, at + delimiter.length);
}
