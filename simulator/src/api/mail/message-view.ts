import type { MailItem, Recipient } from '../../domain/mailbox/mail-item.ts';
import type { Mailbox } from '../../domain/mailbox/mailbox.ts';
import { decodeWords } from '../../domain/mime/encoded-words.ts';
import { readMimeMessage } from '../../domain/mime/mime-message.ts';
import type { GraphCall } from '../core/graph-call.ts';
import type { FilterProperties } from '../core/odata-filter.ts';
import { project } from '../core/odata-options.ts';
import { graphTime } from './extended-properties.ts';
import type { MailContext } from './mail-context.ts';
import { wantsImmutable } from './mail-scope.ts';

/** What a message shows [Microsoft: message]; internetMessageHeaders only when selected. */
export const MESSAGE_PROPERTIES: ReadonlySet<string> = new Set([
  'id',
  'createdDateTime',
  'lastModifiedDateTime',
  'changeKey',
  'categories',
  'receivedDateTime',
  'sentDateTime',
  'hasAttachments',
  'internetMessageId',
  'subject',
  'bodyPreview',
  'importance',
  'parentFolderId',
  'conversationId',
  'conversationIndex',
  'isDeliveryReceiptRequested',
  'isReadReceiptRequested',
  'isRead',
  'isDraft',
  'webLink',
  'inferenceClassification',
  'body',
  'uniqueBody',
  'sender',
  'from',
  'toRecipients',
  'ccRecipients',
  'bccRecipients',
  'replyTo',
  'flag',
  'internetMessageHeaders',
]);

export const MESSAGE_FILTER: FilterProperties<MailItem> = {
  receiveddatetime: ({ props }) => props.receivedMs,
  sentdatetime: ({ props }) => props.sentMs,
  createddatetime: (item) => item.createdMs,
  lastmodifieddatetime: (item) => item.modifiedMs,
  isread: ({ props }) => props.isRead,
  isdraft: ({ props }) => props.isDraft,
  hasattachments: ({ props }) => props.hasAttachments,
  importance: ({ props }) => props.importance,
  subject: ({ props }) => props.subject,
  internetmessageid: ({ props }) => props.internetMessageId,
  'from/emailaddress/address': ({ props }) => props.from?.address ?? null,
  'from/emailaddress/name': ({ props }) => props.from?.name ?? null,
  'sender/emailaddress/address': ({ props }) => props.sender?.address ?? null,
  'flag/flagstatus': ({ props }) => props.flagStatus,
};

/** A message as the call wants to see it; reads the MIME bytes only when they are needed. */
export async function messageView(
  context: MailContext,
  call: GraphCall,
  shown: { mailbox: Mailbox; item: MailItem; select: readonly string[] | undefined },
): Promise<Record<string, unknown>> {
  const { mailbox, item, select } = shown;
  const cheap = itemView(mailbox, item, wantsImmutable(call));
  const wanted = new Set(select?.map((name) => name.toLowerCase()) ?? ['body']);
  const wantsBody = wanted.has('body') || wanted.has('uniquebody') || wanted.has('*');
  const wantsHeaders = wanted.has('internetmessageheaders');
  if (!wantsBody && !wantsHeaders) return project(cheap, select, MESSAGE_PROPERTIES);
  const mime = readMimeMessage(await context.contents.read(item.content));
  const body = bodyView(mime.body, call);
  const headers = wantsHeaders
    ? {
        internetMessageHeaders: mime.root.fields.map(({ name, value }) => ({
          name,
          value: decodeWords(value),
        })),
      }
    : {};
  const unique = wanted.has('uniquebody') ? { uniqueBody: body } : {};
  return project({ ...cheap, body, ...unique, ...headers }, select, MESSAGE_PROPERTIES);
}

/** The body, as text when the client prefers text. */
function bodyView(
  body: { contentType: 'text' | 'html'; content: string },
  call: GraphCall,
): { contentType: string; content: string } {
  if (!call.prefers('outlook.body-content-type=text') || body.contentType === 'text') return body;
  const text = body.content.replaceAll(/<(style|script|head)\b[\s\S]*?<\/\1\s*>/gi, '');
  return { contentType: 'text', content: text.replaceAll(/<[^>]*>/g, '') };
}

function itemView(mailbox: Mailbox, item: MailItem, immutable: boolean): Record<string, unknown> {
  const { props } = item;
  const changeKey = mailbox.changeKey(item);
  const id = mailbox.itemId(item, immutable);
  return {
    '@odata.etag': `W/"${changeKey}"`,
    id,
    createdDateTime: graphTime(item.createdMs),
    lastModifiedDateTime: graphTime(item.modifiedMs),
    changeKey,
    categories: props.categories,
    receivedDateTime: graphTime(props.receivedMs),
    sentDateTime: graphTime(props.sentMs),
    hasAttachments: props.hasAttachments,
    internetMessageId: props.internetMessageId,
    subject: props.subject,
    bodyPreview: props.bodyPreview,
    importance: props.importance,
    parentFolderId: mailbox.folderId(item.folderKey),
    conversationId: conversationId(props.conversationTopic),
    conversationIndex: Buffer.from(`index ${item.key}`, 'utf8').toString('base64'),
    isDeliveryReceiptRequested: props.deliveryReceipt,
    isReadReceiptRequested: props.readReceipt,
    isRead: props.isRead,
    isDraft: props.isDraft,
    webLink: `https://outlook.office365.com/owa/?ItemID=${encodeURIComponent(id)}&exvsurl=1&viewmodel=ReadMessageItem`,
    inferenceClassification: 'focused',
    ...(props.sender ? { sender: recipientView(props.sender) } : {}),
    ...(props.from ? { from: recipientView(props.from) } : {}),
    toRecipients: props.to.map(recipientView),
    ccRecipients: props.cc.map(recipientView),
    bccRecipients: props.bcc.map(recipientView),
    replyTo: props.replyTo.map(recipientView),
    flag: { flagStatus: props.flagStatus },
  };
}

function recipientView({ name, address }: Recipient): unknown {
  return { emailAddress: { name, address } };
}

function conversationId(topic: string): string {
  const text = Buffer.from(topic.toLowerCase(), 'utf8').toString('base64url').slice(0, 52);
  return `AAQk${text}=`;
}
