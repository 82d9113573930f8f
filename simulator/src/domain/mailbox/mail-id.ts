/** What an id of the mailbox speaks of. */
export interface MailId {
  readonly kind: 'folder' | 'item' | 'immutable';
  readonly key: number;
  /** Of a plain item id: the placement it was valid for. */
  readonly placement: number;
}

const KINDS = { folder: 1, item: 2, immutable: 3 } as const;
const PREFIX: Readonly<Record<MailId['kind'], readonly number[]>> = {
  folder: [0, 3, 36],
  item: [0, 3, 36],
  immutable: [0, 9, 0],
};
const BYTES = 35;

/** URL-safe base64 with padding, 48 characters, as Outlook ids in Graph look. */
export function encodeMailId(mailboxGuid: string, id: MailId): string {
  const bytes = Buffer.alloc(BYTES);
  bytes.set(PREFIX[id.kind], 0);
  bytes.writeUInt8(KINDS[id.kind], 3);
  bytes.write(mailboxGuid.replaceAll('-', ''), 4, 'hex');
  bytes.writeUInt32BE(id.placement, 20);
  bytes.writeUIntBE(id.key, 24, 6);
  bytes.writeUInt32BE(checksum(bytes.subarray(0, 30)), 30);
  return bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');
}

/** The id behind the text, or null when it is none of this mailbox. Case matters. */
export function decodeMailId(mailboxGuid: string, text: string): MailId | null {
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length !== BYTES) return null;
  const kind = (['folder', 'item', 'immutable'] as const)[bytes.readUInt8(3) - 1];
  if (kind === undefined) return null;
  const id = { kind, key: bytes.readUIntBE(24, 6), placement: bytes.readUInt32BE(20) };
  return encodeMailId(mailboxGuid, id) === text ? id : null;
}

/** The change key of a version: standard base64, 40 characters. */
export function encodeChangeKey(mailboxGuid: string, seq: number): string {
  const bytes = Buffer.alloc(30);
  bytes.set([9, 0, 0, 0, 22, 0, 0, 0], 0);
  bytes.write(mailboxGuid.replaceAll('-', ''), 8, 'hex');
  bytes.writeUIntBE(seq, 24, 6);
  return bytes.toString('base64');
}

function checksum(bytes: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return hash;
}
