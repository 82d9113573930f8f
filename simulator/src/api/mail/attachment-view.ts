import type { MailItem } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import {
  type MimeAttachment,
  propsOfMime,
  readMimeMessage,
} from '../../domain/mime/mime-message.ts';
import { graphTime } from './extended-properties.ts';
import type { MailContext } from './mail-context.ts';

interface Shown {
  readonly mailbox: Mailbox;
  readonly item: MailItem;
}

/** All attachments of an item, with content; embedded messages with `item` when expanded. */
export async function attachmentViews(
  context: MailContext,
  { mailbox, item }: Shown,
  expandItem = false,
): Promise<readonly Record<string, unknown>[]> {
  const { attachments } = readMimeMessage(await context.contents.read(item.content));
  return attachments.map((file, index) => ({
    id: attachmentId(mailbox, item, index),
    ...view(item, file, expandItem),
  }));
}

/** An attachment's id hangs on the item's immutable id and its place. */
export function attachmentId(mailbox: Mailbox, item: MailItem, index: number): string {
  const suffix = Buffer.from(`#${index}`, 'utf8').toString('base64url');
  return `${mailbox.itemId(item, true).replace(/=$/, '')}${suffix}=`;
}

function view(item: MailItem, file: MimeAttachment, expandItem: boolean): Record<string, unknown> {
  const shared = {
    lastModifiedDateTime: graphTime(item.modifiedMs),
    name: file.name,
    contentType: file.contentType,
    size: file.bytes.byteLength,
    isInline: file.isInline,
  };
  if (file.isItem) {
    const type = { '@odata.type': '#microsoft.graph.itemAttachment' };
    return { ...type, ...shared, ...(expandItem ? { item: embedded(item, file) } : {}) };
  }
  return {
    '@odata.type': '#microsoft.graph.fileAttachment',
    '@odata.mediaContentType': file.contentType,
    ...shared,
    contentId: file.contentId,
    contentLocation: file.contentLocation,
    contentBytes: Buffer.from(file.bytes).toString('base64'),
  };
}

function embedded(item: MailItem, file: MimeAttachment): Record<string, unknown> {
  const message = readMimeMessage(file.bytes);
  const given = { receivedMs: item.props.receivedMs, isRead: true, isDraft: false };
  const props = propsOfMime(message, given);
  return {
    '@odata.type': '#microsoft.graph.message',
    id: '',
    subject: props.subject,
    sentDateTime: graphTime(props.sentMs),
    internetMessageId: props.internetMessageId,
    hasAttachments: props.hasAttachments,
    body: message.body,
    from: props.from ? { emailAddress: props.from } : null,
    toRecipients: props.to.map((emailAddress) => ({ emailAddress })),
  };
}
