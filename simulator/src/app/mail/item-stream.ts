import { canonicalJson } from '../../domain/mailbox/canonical-json.ts';
import type { MailProps } from '../../domain/mailbox/mail-item.ts';
import type { Hasher } from '../../ports/hasher.ts';

/*
 * The stream that exportItems gives and an import takes. To clients it is opaque, like the
 * FastTransfer streams of the service. All numbers little-endian:
 *
 *   magic "FXS1" | u32 length of the properties | properties (canonical JSON, UTF-8)
 *   | u32 length of the MIME bytes | MIME bytes | SHA-256 of all that stands before (32 bytes)
 */
const MAGIC = Buffer.from('FXS1', 'latin1');
const DIGEST_BYTES = 32;
const LEAST_BYTES = MAGIC.length + 4 + 4 + DIGEST_BYTES;

/** What a stream holds: everything of an item that survives an export. */
export interface StreamedItem {
  readonly props: MailProps;
  readonly mime: Uint8Array;
}

export function encodeItemStream({ props, mime }: StreamedItem, hasher: Hasher): Uint8Array {
  const json = Buffer.from(canonicalJson(props), 'utf8');
  const bytes = Buffer.alloc(LEAST_BYTES + json.length + mime.byteLength);
  bytes.set(MAGIC, 0);
  bytes.writeUInt32LE(json.length, 4);
  bytes.set(json, 8);
  bytes.writeUInt32LE(mime.byteLength, 8 + json.length);
  bytes.set(mime, 12 + json.length);
  const end = bytes.length - DIGEST_BYTES;
  bytes.write(hasher.sha256().update(bytes.subarray(0, end)).hex(), end, 'hex');
  return bytes;
}

/** The item of a stream, or null when the bytes are no stream, or one that was damaged. */
export function decodeItemStream(stream: Uint8Array, hasher: Hasher): StreamedItem | null {
  const bytes = Buffer.from(stream.buffer, stream.byteOffset, stream.byteLength);
  if (bytes.length < LEAST_BYTES || !bytes.subarray(0, 4).equals(MAGIC)) return null;
  const end = bytes.length - DIGEST_BYTES;
  const digest = hasher.sha256().update(bytes.subarray(0, end)).hex();
  if (bytes.toString('hex', end) !== digest) return null;
  const jsonBytes = bytes.readUInt32LE(4);
  const mimeAt = 12 + jsonBytes;
  if (mimeAt > end || bytes.readUInt32LE(mimeAt - 4) !== end - mimeAt) return null;
  const props = JSON.parse(bytes.toString('utf8', 8, 8 + jsonBytes)) as MailProps;
  return { props, mime: bytes.subarray(mimeAt, end) };
}
