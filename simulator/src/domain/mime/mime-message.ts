import type { MailProps } from '../mailbox/mail-item.ts';
import { parseAddresses } from './addresses.ts';
import { rawHeader, textHeader } from './mime-headers.ts';
import { decodeContent, decodeText, type MimePart, parseMime } from './mime-tree.ts';

/** A file (or message) that hangs on a message. */
export interface MimeAttachment {
  readonly name: string;
  readonly contentType: string;
  readonly contentId: string | null;
  readonly contentLocation: string | null;
  readonly isInline: boolean;
  /** True for message/rfc822: an item, not a file. */
  readonly isItem: boolean;
  readonly bytes: Uint8Array;
}

/** A message as the mail API shows it. */
export interface MimeMessage {
  readonly root: MimePart;
  readonly body: { readonly contentType: 'text' | 'html'; readonly content: string };
  readonly attachments: readonly MimeAttachment[];
}

/** Reads the body (HTML before text) and the attachments of any bytes. */
export function readMimeMessage(bytes: Uint8Array): MimeMessage {
  const root = parseMime(bytes);
  const leaves = leavesOf(root);
  const bodies = leaves.filter(isBodyPart);
  const body = bodies.find(({ contentType }) => contentType.value === 'text/html') ?? bodies[0];
  const alternatives = new Set(bodies.filter((part) => part === body || isOtherForm(part, body)));
  return {
    root,
    body: {
      contentType: body?.contentType.value === 'text/html' ? 'html' : 'text',
      content: body ? decodeText(body) : '',
    },
    attachments: leaves.filter((part) => !alternatives.has(part)).map(readAttachment),
  };
}

function leavesOf(part: MimePart): readonly MimePart[] {
  return part.children.length > 0 ? part.children.flatMap(leavesOf) : [part];
}

function isBodyPart(part: MimePart): boolean {
  const { value, params } = part.contentType;
  if (part.disposition.value === 'attachment' || params.has('name')) return false;
  return value === 'text/plain' || value === 'text/html' || value === '' || isEmptyMultipart(value);
}

/** A multipart without parts is shown as text. */
function isEmptyMultipart(value: string): boolean {
  return value.startsWith('multipart/');
}

function isOtherForm(part: MimePart, body: MimePart | undefined): boolean {
  return part.contentType.value !== body?.contentType.value;
}

function readAttachment(part: MimePart, index: number): MimeAttachment {
  const { value, params } = part.contentType;
  const contentId =
    rawHeader(part.fields, 'content-id')
      ?.trim()
      .replace(/^<(.*)>$/, '$1') ?? null;
  const isItem = value === 'message/rfc822';
  const given = part.disposition.params.get('filename') ?? params.get('name');
  return {
    name: given ?? (isItem ? embeddedSubject(part) : `attachment-${index + 1}`),
    contentType: value === '' ? 'application/octet-stream' : value,
    contentId,
    contentLocation: rawHeader(part.fields, 'content-location')?.trim() ?? null,
    isInline:
      part.disposition.value === 'inline' || (contentId !== null && part.disposition.value === ''),
    isItem,
    bytes: decodeContent(part),
  };
}

function embeddedSubject(part: MimePart): string {
  const subject = textHeader(parseMime(decodeContent(part)).fields, 'subject');
  return subject === '' ? 'message' : subject;
}

/** The item properties that a message's own headers give. */
export function propsOfMime(
  message: MimeMessage,
  given: Pick<MailProps, 'receivedMs' | 'isRead' | 'isDraft'>,
): MailProps {
  const { fields } = message.root;
  const from = parseAddresses(rawHeader(fields, 'from'))[0] ?? null;
  const sentMs = Date.parse(dateText(rawHeader(fields, 'date')));
  const subject = textHeader(fields, 'subject').replaceAll(/\s+/g, ' ');
  return {
    itemClass: 'IPM.Note',
    subject,
    from,
    sender: parseAddresses(rawHeader(fields, 'sender'))[0] ?? from,
    to: parseAddresses(rawHeader(fields, 'to')),
    cc: parseAddresses(rawHeader(fields, 'cc')),
    bcc: parseAddresses(rawHeader(fields, 'bcc')),
    replyTo: parseAddresses(rawHeader(fields, 'reply-to')),
    internetMessageId: (rawHeader(fields, 'message-id') ?? '').trim(),
    sentMs: Number.isNaN(sentMs) ? given.receivedMs : sentMs,
    importance: importanceOf(rawHeader(fields, 'importance') ?? rawHeader(fields, 'x-priority')),
    categories: [],
    flagStatus: 'notFlagged',
    readReceipt: rawHeader(fields, 'disposition-notification-to') !== undefined,
    deliveryReceipt: rawHeader(fields, 'return-receipt-to') !== undefined,
    hasAttachments: message.attachments.some(({ isInline }) => !isInline),
    bodyPreview: previewOf(message.body),
    conversationTopic: subject.replace(/^(?:(?:re|fwd?|aw|wg|antw)\s*:\s*)+/i, ''),
    extended: {},
    ...given,
  };
}

/** Drops comments, which Date.parse does not know. */
function dateText(value: string | undefined): string {
  return (value ?? '').replaceAll(/\([^()]*\)/g, '').trim();
}

function importanceOf(value: string | undefined): MailProps['importance'] {
  const text = (value ?? '').trim().toLowerCase();
  if (text === 'high' || /^[12]\b/.test(text)) return 'high';
  return text === 'low' || /^[45]\b/.test(text) ? 'low' : 'normal';
}

/** The first 255 characters of the text, as bodyPreview shows them. */
export function previewOf(body: { contentType: string; content: string }): string {
  const text =
    body.contentType === 'html'
      ? body.content
          .slice(0, 20_000)
          .replaceAll(/<(style|script|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
          .replaceAll(/<[^>]*>/g, ' ')
          .replaceAll('&nbsp;', ' ')
          .replaceAll('&amp;', '&')
      : body.content.slice(0, 4000);
  return text.replaceAll(/\s+/g, ' ').trim().slice(0, 255);
}
