import { canonicalJson } from '../../domain/mailbox/canonical-json.ts';
import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Hasher } from '../../ports/hasher.ts';
import type { MailContents } from '../../ports/mail-contents.ts';

/** SHA-256 over an item's properties and MIME bytes; without ids, change key and stamps. */
export async function digestItem(
  item: MailItem,
  { hasher, contents }: { hasher: Hasher; contents: MailContents },
): Promise<string> {
  const mime = await contents.read(item.content);
  return hasher.sha256().update(canonicalJson(item.props)).update('\0').update(mime).hex();
}
