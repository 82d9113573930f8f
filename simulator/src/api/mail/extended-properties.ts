import type { MailItem, MailProps } from '../../domain/mailbox/mail-item.ts';
import { badRequest } from '../core/graph-error.ts';

/** A single-value extended property as Graph writes it. */
export interface ExtendedProperty {
  readonly id: string;
  readonly value: string;
}

const TYPES = new Set(
  'boolean binary clsid currency double error float integer long object short string systemtime'.split(
    ' ',
  ),
);

/**
 * The id in the form in which the service answers: the tag in lower case without leading zeros
 * (`Integer 0x0E07` → `Integer 0xe07`). 400 when it is no property id.
 */
export function normalisePropertyId(text: string): string {
  const tagged = /^(\w+)\s+0x([0-9a-f]{1,8})$/i.exec(text.trim());
  const named = /^(\w+)\s+\{([0-9a-f-]{36})\}\s+(?:Name\s+(\S.*)|Id\s+(0x[0-9a-f]+|\d+))$/i.exec(
    text.trim(),
  );
  const type = (tagged ?? named)?.[1];
  if (type === undefined || !TYPES.has(type.toLowerCase())) {
    throw badRequest(
      `The extended property id '${text}' is invalid.`,
      'ErrorInvalidExtendedProperty',
    );
  }
  const kind = type.slice(0, 1).toUpperCase() + type.slice(1);
  if (tagged) return `${kind} 0x${Number.parseInt(tagged[2] ?? '', 16).toString(16)}`;
  const guid = (named?.[2] ?? '').toLowerCase();
  const key = named?.[3] === undefined ? `Id ${Number(named?.[4])}` : `Name ${named[3]}`;
  return `${kind} {${guid}} ${key}`;
}

/** The ids that `$expand=singleValueExtendedProperties($filter=id eq '…' or …)` asks for. */
export function expandedProperties(expand: string | undefined): readonly string[] {
  if (expand === undefined) return [];
  const inner = /^\s*singleValueExtendedProperties\s*\(\s*\$filter\s*=(.*)\)\s*$/is.exec(
    expand,
  )?.[1];
  const clauses = inner?.split(/\s+or\s+/i) ?? [];
  const ids = clauses.map((clause) => {
    const text = clause.trim().replace(/^\((.*)\)$/s, '$1');
    return /^\s*id\s+eq\s+'((?:[^']|'')*)'\s*$/i.exec(text)?.[1]?.replaceAll("''", "'");
  });
  if (ids.length === 0 || ids.some((id) => id === undefined)) {
    throw badRequest(`The $expand '${expand}' is not supported here.`);
  }
  return ids.map((id) => normalisePropertyId(id ?? ''));
}

/** MAPI properties that follow from what the item holds. */
const DERIVED: Readonly<Record<string, (item: MailItem) => string | undefined>> = {
  'Integer 0xe07': ({ props }) => String(messageFlags(props)),
  'SystemTime 0x39': ({ props }) => isoTime(props.sentMs),
  'SystemTime 0xe06': ({ props }) => isoTime(props.receivedMs),
  'String 0x1a': ({ props }) => props.itemClass,
  'String 0x37': ({ props }) => props.subject,
  'String 0x70': ({ props }) => props.conversationTopic,
  'String 0x1035': ({ props }) => props.internetMessageId || undefined,
  'String 0xc1a': ({ props }) => props.sender?.name,
  'String 0xc1f': ({ props }) => props.sender?.address,
  'String 0x5d01': ({ props }) => props.sender?.address,
  'String 0x42': ({ props }) => props.from?.name,
  'String 0x65': ({ props }) => props.from?.address,
  'String 0x5d02': ({ props }) => props.from?.address,
  'String 0xe04': ({ props }) => props.to.map(({ name }) => name).join('; '),
  'String 0xe03': ({ props }) => props.cc.map(({ name }) => name).join('; '),
  'String 0xe02': ({ props }) => props.bcc.map(({ name }) => name).join('; '),
  'Boolean 0xe1b': ({ props }) => String(props.hasAttachments),
  'Integer 0x17': ({ props }) => String(['low', 'normal', 'high'].indexOf(props.importance)),
  'Integer 0xe08': ({ sizeBytes }) => String(sizeBytes),
  'Long 0xe08': ({ sizeBytes }) => String(sizeBytes),
};

/** The asked properties that the item has; absent ones are left out, as the service does. */
export function readExtended(item: MailItem, ids: readonly string[]): readonly ExtendedProperty[] {
  return ids.flatMap((id) => {
    const value = DERIVED[id]?.(item) ?? item.props.extended[id];
    return value === undefined ? [] : [{ id, value }];
  });
}

/** PidTagMessageFlags: read, unsent, has attachments [MS-OXCMSG 2.2.1.6]. */
function messageFlags(props: MailProps): number {
  return (props.isRead ? 1 : 0) + (props.isDraft ? 8 : 0) + (props.hasAttachments ? 16 : 0);
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** Graph's time stamps: seconds, without fraction. */
export function graphTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
