import type { MailProps, Recipient } from '../mailbox/mail-item.ts';
import { encodeWords } from './encoded-words.ts';
import type { MimeAttachment } from './mime-message.ts';

/** What a message is written from. */
export interface MimeDraft {
  readonly props: MailProps;
  readonly body: { readonly contentType: 'text' | 'html'; readonly content: string };
  readonly attachments: readonly MimeAttachment[];
  /** Further headers, as they stand. */
  readonly headers?: readonly (readonly [string, string])[];
}

/** Writes a message from its properties; equal drafts give equal bytes. */
export function buildMime(draft: MimeDraft): Uint8Array {
  const headers = messageHeaders(draft);
  const body = bodyPart(draft.body);
  if (draft.attachments.length === 0) return Buffer.from(`${headers}${body}`, 'latin1');
  const boundary = `_${draft.attachments.length.toString().padStart(3, '0')}_${boundaryOf(draft.props)}_`;
  const parts = [body, ...draft.attachments.map(attachmentPart)];
  const joined = parts.map((part) => `--${boundary}\r\n${part}\r\n`).join('');
  const type = `Content-Type: multipart/mixed;\r\n\tboundary="${boundary}"\r\n`;
  return Buffer.from(`${headers}${type}\r\n${joined}--${boundary}--\r\n`, 'latin1');
}

function boundaryOf(props: MailProps): string {
  return Buffer.from(props.internetMessageId || 'message', 'utf8')
    .toString('hex')
    .slice(0, 40);
}

function messageHeaders({ props, headers = [] }: MimeDraft): string {
  const fields: (readonly [string, string])[] = [
    ...headers,
    ['From', props.from ? addressText(props.from) : ''],
    ['Sender', props.sender && props.sender !== props.from ? addressText(props.sender) : ''],
    ['To', addressList(props.to)],
    ['Cc', addressList(props.cc)],
    ['Bcc', addressList(props.bcc)],
    ['Reply-To', addressList(props.replyTo)],
    ['Subject', encodeWords(props.subject)],
    ['Date', new Date(props.sentMs).toUTCString().replace('GMT', '+0000')],
    ['Message-ID', props.internetMessageId],
    ['Importance', props.importance === 'normal' ? '' : props.importance],
    ['MIME-Version', '1.0'],
  ];
  return fields
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
}

function addressList(recipients: readonly Recipient[]): string {
  return recipients.map(addressText).join(',\r\n\t');
}

function addressText({ name, address }: Recipient): string {
  if (name === '' || name === address) return `<${address}>`;
  const shown = /^[\x20-\x7e]*$/.test(name)
    ? `"${name.replaceAll(/(["\\])/g, '\\$1')}"`
    : encodeWords(name);
  return `${shown} <${address}>`;
}

function bodyPart(body: MimeDraft['body']): string {
  const type = body.contentType === 'html' ? 'text/html' : 'text/plain';
  return `Content-Type: ${type}; charset="utf-8"\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64Lines(Buffer.from(body.content, 'utf8'))}`;
}

function attachmentPart(file: MimeAttachment): string {
  const name = encodeWords(file.name.replaceAll(/["\\\r\n]/g, '_'));
  const disposition = file.isInline ? 'inline' : 'attachment';
  const id = file.contentId === null ? '' : `Content-ID: <${file.contentId}>\r\n`;
  const head = `Content-Type: ${file.contentType}; name="${name}"\r\nContent-Disposition: ${disposition}; filename="${name}"\r\n${id}`;
  if (file.isItem) return `${head}\r\n${Buffer.from(file.bytes).toString('latin1')}`;
  return `${head}Content-Transfer-Encoding: base64\r\n\r\n${base64Lines(file.bytes)}`;
}

/** Base64 in lines of 76 characters. */
function base64Lines(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += 76) lines.push(text.slice(at, at + 76));
  return lines.join('\r\n');
}
