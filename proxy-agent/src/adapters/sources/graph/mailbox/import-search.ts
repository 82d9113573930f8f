import type { CatalogItem } from '@firn/shared/repository/catalog/row';
import { type JsonRecord, recordOf, recordsAt, textAt } from '../client/json-value.ts';
import { decodeColumns } from './columns.ts';
import { exchangeHeaders, itemsPath, type MailboxAccess } from './mailbox-api.ts';

export interface SearchFor {
  readonly item: CatalogItem;
  /** The target's folder. */
  readonly folderId: string;
  /** Only what was created since then, by the service's clock. */
  readonly sinceMs: number;
  readonly claims: Claims;
}

/** Exchange prefixes a change key with its kind (9) and length (22) in listings only. */
const listedKeyHead = Buffer.from('0900000016000000', 'hex');

/**
 * The items that a restore has made or found, so that of two equal mails each is
 * found once. The import endpoint names items otherwise than Graph's listings
 * do; the bare change key is the same in both. [Microsoft: examples of importItem and list items]
 */
export class Claims {
  readonly #names = new Set<string>();

  add(itemId: string, changeKey: string | undefined): void {
    this.#names.add(itemId);
    if (changeKey !== undefined) this.#names.add(bareKey(changeKey));
  }

  has(itemId: string, changeKey: string | undefined): boolean {
    const isKey = changeKey !== undefined && this.#names.has(bareKey(changeKey));
    return isKey || this.#names.has(itemId);
  }
}

function bareKey(changeKey: string): string {
  const bytes = Buffer.from(changeKey, 'base64');
  const isListed = bytes.subarray(0, listedKeyHead.length).equals(listedKeyHead);
  return `key:${bytes.subarray(isListed ? listedKeyHead.length : 0).toString('hex')}`;
}

/** Columns by which two items are told apart. */
const compared = ['subject', 'fromAddress', 'to', 'received', 'internetMessageId'] as const;

/**
 * Looks for an item whose import got no clear answer: among what the folder
 * received since, one of the same type and columns that nobody has claimed; it is
 * claimed then.
 */
export async function findImported(
  access: MailboxAccess,
  sought: SearchFor,
  signal: AbortSignal,
): Promise<boolean> {
  const since = new Date(sought.sinceMs).toISOString();
  const filter = `createdDateTime ge ${since}`;
  let path: string | undefined = itemsPath(access.mailboxId, sought.folderId, filter);
  while (path !== undefined) {
    const headers = exchangeHeaders();
    const { client, lane } = access;
    const what = 'search an imported item';
    const reply = await client.json({ method: 'GET', path, what, lane, headers, signal });
    const page = recordOf(reply.body, 'the list of items');
    for (const entry of recordsAt(page, 'value')) {
      if (claim(entry, sought)) return true;
    }
    path = textAt(page, '@odata.nextLink');
  }
  return false;
}

function claim(entry: JsonRecord, { item, claims }: SearchFor): boolean {
  const id = textAt(entry, 'id') ?? '';
  const changeKey = textAt(entry, 'changeKey');
  if (claims.has(id, changeKey) || !isSame(entry, item)) return false;
  claims.add(id, changeKey);
  return true;
}

function isSame(entry: JsonRecord, item: CatalogItem): boolean {
  if (textAt(entry, 'type') !== item.type) return false;
  const columns = decodeColumns(entry);
  return compared.every((name) => columns[name] === item.columns[name]);
}
