import type { MailItem, MailProps } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { buildMime } from '../../domain/mime/build-mime.ts';
import {
  type MimeAttachment,
  type MimeMessage,
  previewOf,
  readMimeMessage,
} from '../../domain/mime/mime-message.ts';
import type { MailContext } from './mail-context.ts';

/** A change of a message that changes its MIME bytes. */
export interface MessageChange {
  readonly mailbox: Mailbox;
  readonly item: MailItem;
  readonly props?: MailProps;
  readonly body?: MimeMessage['body'];
  readonly add?: readonly MimeAttachment[];
  /** Index of the attachment that goes. */
  readonly drop?: number;
}

/** Writes the message anew from what it holds and the change; answers the new version. */
export async function rewriteMessage(
  context: MailContext,
  change: MessageChange,
): Promise<MailItem> {
  const { mailbox, item } = change;
  const old = readMimeMessage(await context.contents.read(item.content));
  const kept = old.attachments.filter((_file, index) => index !== change.drop);
  const attachments = [...kept, ...(change.add ?? [])];
  const body = change.body ?? old.body;
  const props = {
    ...(change.props ?? item.props),
    hasAttachments: attachments.some(({ isInline }) => !isInline),
    bodyPreview: previewOf(body),
  };
  const mime = buildMime({ props, body, attachments });
  const content = await context.contents.keep(mime);
  return mailbox.changeItem(item, { props, content, sizeBytes: mime.byteLength + 512 });
}
