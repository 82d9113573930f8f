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
  /** Items that are accounted for already. */
  readonly claimed: ReadonlySet<string>;
}

/** Columns by which two items are told apart. */
const compared = ['subject', 'fromAddress', 'to', 'received', 'internetMessageId'] as const;

/**
 * Looks for an item whose import got no clear answer: among what the folder
 * received since, one of the same type and columns that nobody has claimed.
 * @returns its id
 */
export async function findImported(
  access: MailboxAccess,
  sought: SearchFor,
  signal: AbortSignal,
): Promise<string | undefined> {
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
      const id = textAt(entry, 'id');
      if (id !== undefined && !sought.claimed.has(id) && isSame(entry, sought.item)) return id;
    }
    path = textAt(page, '@odata.nextLink');
  }
  return undefined;
}

function isSame(entry: JsonRecord, item: CatalogItem): boolean {
  if (textAt(entry, 'type') !== item.type) return false;
  const columns = decodeColumns(entry);
  return compared.every((name) => columns[name] === item.columns[name]);
}
