import { isRecord, type JsonRecord, recordsAt, textAt } from '../client/json-value.ts';

/** What is shown of an item without opening it. Absent where the item has none. */
export interface ItemColumns {
  readonly subject?: string;
  readonly fromName?: string;
  readonly fromAddress?: string;
  readonly to?: string;
  readonly received?: string;
  readonly read?: boolean;
  readonly draft?: boolean;
  readonly hasAttachments?: boolean;
  readonly internetMessageId?: string;
}

/** MAPI properties by tag, with the type under which they are asked for. [MS-OXPROPS] */
const asked: ReadonlyMap<number, string> = new Map([
  [0x0037, 'String 0x0037'], // PidTagSubject
  [0x0c1a, 'String 0x0C1A'], // PidTagSenderName
  [0x0c1f, 'String 0x0C1F'], // PidTagSenderEmailAddress: SMTP, or an X.500 name
  [0x5d01, 'String 0x5D01'], // PidTagSenderSmtpAddress
  [0x0e04, 'String 0x0E04'], // PidTagDisplayTo
  [0x0e06, 'SystemTime 0x0E06'], // PidTagMessageDeliveryTime
  [0x0e07, 'Integer 0x0E07'], // PidTagMessageFlags
  [0x0e1b, 'Boolean 0x0E1B'], // PidTagHasAttachments
  [0x1035, 'String 0x1035'], // PidTagInternetMessageId
]);

const filter = [...asked.values()].map((id) => `id eq '${id}'`).join(' or ');

/** The `$expand` that brings the columns. [Microsoft: singlevaluelegacyextendedproperty-get] */
export const columnExpansion = `singleValueExtendedProperties($filter=${filter})`;

const readFlag = 0x1;
const draftFlag = 0x8;

/** Reads the columns of an expanded item; the service may write tags as `0xe06`. */
export function decodeColumns(item: JsonRecord): ItemColumns {
  const values = new Map<number, string>();
  for (const property of recordsAt(item, 'singleValueExtendedProperties')) {
    const tag = /0x([0-9a-f]+)$/i.exec(textAt(property, 'id') ?? '')?.[1];
    const value = property['value'];
    if (tag !== undefined && value !== undefined && value !== null) {
      values.set(Number.parseInt(tag, 16), String(value));
    }
  }
  const flags = values.has(0x0e07) ? Number(values.get(0x0e07)) : undefined;
  return withoutAbsent({
    subject: values.get(0x0037),
    fromName: values.get(0x0c1a),
    fromAddress: values.get(0x5d01) ?? values.get(0x0c1f),
    to: values.get(0x0e04),
    received: isoDate(values.get(0x0e06)),
    read: flags === undefined ? undefined : (flags & readFlag) !== 0,
    draft: flags === undefined ? undefined : (flags & draftFlag) !== 0,
    hasAttachments: values.has(0x0e1b) ? /^true$/i.test(values.get(0x0e1b) ?? '') : undefined,
    internetMessageId: values.get(0x1035),
  });
}

/** Whether the answer carried the expansion at all. */
export function hasColumns(item: JsonRecord): boolean {
  return Array.isArray(item['singleValueExtendedProperties']);
}

type Optional<T> = { readonly [K in keyof T]: T[K] | undefined };

function withoutAbsent(columns: Optional<Required<ItemColumns>>): ItemColumns {
  const present = Object.entries(columns).filter(([, value]) => value !== undefined);
  const record: unknown = Object.fromEntries(present);
  return isRecord(record) ? record : {};
}

function isoDate(text: string | undefined): string | undefined {
  const ms = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString();
}
