import type { MailProps, Recipient } from '../../domain/mailbox/mail-item.ts';
import { badRequest } from '../core/graph-error.ts';
import { normalisePropertyId } from './extended-properties.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a message resource may carry in a request; anything else is 400. */
const WRITABLE = new Set(
  (
    'subject body importance toRecipients ccRecipients bccRecipients replyTo from sender isRead ' +
    'categories flag internetMessageId isReadReceiptRequested isDeliveryReceiptRequested ' +
    'singleValueExtendedProperties attachments inferenceClassification internetMessageHeaders ' +
    'sentDateTime receivedDateTime hasAttachments isDraft id createdDateTime lastModifiedDateTime ' +
    'changeKey bodyPreview parentFolderId conversationId conversationIndex webLink uniqueBody ' +
    'multiValueExtendedProperties'
  ).split(' '),
);

/** Refuses properties that a message does not have. */
export function checkMessage(body: Json): void {
  for (const name of Object.keys(body)) {
    if (!WRITABLE.has(name) && !name.includes('@')) {
      throw badRequest(
        `The property '${name}' does not exist on type 'microsoft.graph.message'.`,
        'RequestBodyRead',
      );
    }
  }
}

/**
 * The properties that a JSON message sets. What the service decides itself (dates, draft state,
 * ids) is ignored, as it ignores it; the extended properties may set it, see createdProps.
 */
export function propsOfJson(body: Json, before: MailProps): MailProps {
  const recipients = (name: string, kept: readonly Recipient[]): readonly Recipient[] =>
    body[name] === undefined ? kept : readRecipients(name, body[name]);
  return {
    ...before,
    subject: text(body, 'subject', before.subject),
    from: recipient(body, 'from', before.from),
    sender: recipient(body, 'sender', before.sender),
    to: recipients('toRecipients', before.to),
    cc: recipients('ccRecipients', before.cc),
    bcc: recipients('bccRecipients', before.bcc),
    replyTo: recipients('replyTo', before.replyTo),
    importance: oneOf(body, 'importance', ['low', 'normal', 'high'], before.importance),
    isRead: flag(body, 'isRead', before.isRead),
    categories: texts(body, 'categories', before.categories),
    flagStatus: flagStatus(body, before.flagStatus),
    readReceipt: flag(body, 'isReadReceiptRequested', before.readReceipt),
    deliveryReceipt: flag(body, 'isDeliveryReceiptRequested', before.deliveryReceipt),
    internetMessageId: text(body, 'internetMessageId', before.internetMessageId),
    extended: { ...before.extended, ...readExtendedValues(body) },
  };
}

/**
 * What extended properties decide at creation, and only then: the draft state by the unsent flag
 * of 0x0E07, the dates by 0x0039 and 0x0E06.
 */
export function createdProps(props: MailProps): MailProps {
  const {
    'Integer 0xe07': flags,
    'SystemTime 0x39': sent,
    'SystemTime 0xe06': received,
    ...extended
  } = props.extended;
  const sentMs = readTime(sent, props.sentMs);
  return {
    ...props,
    extended,
    isDraft: flags === undefined ? props.isDraft : (Number(flags) & 8) !== 0,
    isRead: flags === undefined ? props.isRead : (Number(flags) & 1) !== 0 || props.isRead,
    sentMs,
    receivedMs: readTime(received, props.receivedMs),
  };
}

/** On a later change the service ignores these tags. */
export function changedProps(props: MailProps): MailProps {
  const {
    'Integer 0xe07': _flags,
    'SystemTime 0x39': _s,
    'SystemTime 0xe06': _r,
    ...extended
  } = props.extended;
  return { ...props, extended };
}

function readTime(value: string | undefined, fallback: number): number {
  if (value === undefined) return fallback;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw badRequest(`'${value}' is no time.`, 'ErrorInvalidPropertyValue');
  return ms;
}

/** The body of a JSON message. */
export function bodyOfJson(
  body: Json,
): { contentType: 'text' | 'html'; content: string } | undefined {
  const value = body['body'];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'object') throw invalidValue('body');
  const { contentType = 'text', content = '' } = value as Json;
  const type = String(contentType).toLowerCase();
  if ((type !== 'text' && type !== 'html') || typeof content !== 'string')
    throw invalidValue('body');
  return { contentType: type, content };
}

function readExtendedValues(body: Json): Readonly<Record<string, string>> {
  const list = body['singleValueExtendedProperties'];
  if (list === undefined) return {};
  if (!Array.isArray(list)) throw invalidValue('singleValueExtendedProperties');
  return Object.fromEntries(
    list.map((entry: unknown) => {
      const { id, value } = (entry ?? {}) as Json;
      if (typeof id !== 'string' || typeof value !== 'string') {
        throw invalidValue('singleValueExtendedProperties');
      }
      return [normalisePropertyId(id), value];
    }),
  );
}

function readRecipients(name: string, value: unknown): readonly Recipient[] {
  if (!Array.isArray(value)) throw invalidValue(name);
  return value.map((entry: unknown) => readRecipient(name, entry));
}

function readRecipient(name: string, value: unknown): Recipient {
  const email = (value as Json | null)?.['emailAddress'] as Json | undefined;
  const address = email?.['address'];
  if (typeof address !== 'string')
    throw badRequest(`Invalid recipient in ${name}.`, 'ErrorInvalidRecipients');
  const shown = email?.['name'];
  return { address, name: typeof shown === 'string' ? shown : address };
}

function recipient(body: Json, name: string, kept: Recipient | null): Recipient | null {
  if (body[name] === undefined) return kept;
  return body[name] === null ? null : readRecipient(name, body[name]);
}

function text(body: Json, name: string, kept: string): string {
  const value = body[name] ?? kept;
  if (typeof value !== 'string') throw invalidValue(name);
  return value;
}

function flag(body: Json, name: string, kept: boolean): boolean {
  const value = body[name] ?? kept;
  if (typeof value !== 'boolean') throw invalidValue(name);
  return value;
}

function texts(body: Json, name: string, kept: readonly string[]): readonly string[] {
  const value = body[name] ?? kept;
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
    throw invalidValue(name);
  return value;
}

function flagStatus(body: Json, kept: MailProps['flagStatus']): MailProps['flagStatus'] {
  const value = body['flag'];
  if (value === undefined || value === null) return kept;
  return oneOf(value as Json, 'flagStatus', ['notFlagged', 'flagged', 'complete'], kept);
}

function oneOf<T extends string>(body: Json, name: string, known: readonly T[], kept: T): T {
  const value = body[name] ?? kept;
  const found = known.find(
    (one) => typeof value === 'string' && one.toLowerCase() === value.toLowerCase(),
  );
  if (found === undefined) throw invalidValue(name);
  return found;
}

function invalidValue(name: string): Error {
  return badRequest(`The property '${name}' has an invalid value.`, 'RequestBodyRead');
}
