/** Beginning, footer and end of packs. docs/repository-format.md, "Packs". */
import { concatBytes, fromHex, fromUtf8, readU32, toHex, u32, utf8 } from '../bytes.ts';
import { damaged, decoding } from '../damaged.ts';
import { decodeJson, encodeJson } from '../json.ts';
import { type SegmentKind, segmentKinds } from '../segment/kinds.ts';
import { isCount, isHexOf, isListOf, isOneOf, isOptional, isRecordOf, isText } from '../shape.ts';

export const packMagic = utf8('FIRNPK1\n');
const endMagic = 'FIRNEND1';
export const trailerBytes = 16;
/** Behind the last segment: a footer's box, with nothing in it, and the trailer. */
export const packEndBytesMin = 16 + 16 + trailerBytes;
const contentIdBytes = 32;
export const contentRecordBytes = contentIdBytes + 16;

export interface PackSegment {
  readonly id: string;
  readonly kind: SegmentKind;
  /** Of its first byte in the blob. */
  readonly offset: number;
  /** Sealed length of each frame. */
  readonly frames: readonly number[];
  /** Empty: sealed under the meta key. */
  readonly keyId: string;
  /** Empty: of no object alone. */
  readonly objectId: string;
  /** The segment's key, wrapped under that one, base64; undefined: it follows from that one. */
  readonly segmentKey?: string | undefined;
}

/** Where one content lies in a pack. */
export interface PackContent {
  readonly contentId: string;
  /** Position in the footer's list of segments. */
  readonly segment: number;
  readonly frame: number;
  /** In the opened frame. */
  readonly offset: number;
  readonly length: number;
}

export interface PackFooter {
  readonly pack: string;
  readonly segments: readonly PackSegment[];
  readonly contents: readonly PackContent[];
}

export interface Trailer {
  readonly footerBytes: number;
  readonly segments: number;
}

export function encodeContentRecord(content: PackContent): Uint8Array {
  const record = new Uint8Array(contentRecordBytes);
  writeContentRecord(record, 0, content);
  return record;
}

/** As encodeContentRecord, into bytes that are there. */
export function writeContentRecord(bytes: Uint8Array, at: number, content: PackContent): void {
  bytes.set(fromHex(content.contentId), at);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at + contentIdBytes);
  view.setUint32(0, content.segment);
  view.setUint32(4, content.frame);
  view.setUint32(8, content.offset);
  view.setUint32(12, content.length);
}

/** @param records as encodeContentRecord makes them, end to end in each part */
export function encodeFooter(
  footer: Omit<PackFooter, 'contents'>,
  records: readonly Uint8Array[],
): Uint8Array {
  const json = encodeJson(footer);
  return concatBytes([u32(json.length), json, ...records]);
}

const kinds = Object.keys(segmentKinds) as SegmentKind[];

const isSegment = isRecordOf<PackSegment>({
  id: isHexOf(16),
  kind: isOneOf(...kinds),
  offset: isCount,
  frames: isListOf(isCount),
  keyId: isText,
  objectId: isText,
  segmentKey: isOptional(isText),
});

const isFooterHead = isRecordOf<Omit<PackFooter, 'contents'>>({
  pack: isText,
  segments: isListOf(isSegment),
});

/** E_REPOSITORY_DAMAGED */
export function decodeFooter(bytes: Uint8Array): PackFooter {
  return decoding('a footer', () => footerOf(bytes));
}

function footerOf(bytes: Uint8Array): PackFooter {
  const jsonEnd = 4 + readU32(bytes, 0);
  const head = decodeJson(bytes.subarray(4, jsonEnd), isFooterHead);
  if ((bytes.length - jsonEnd) % contentRecordBytes !== 0) throw damaged('a record is cut off');
  const contents: PackContent[] = [];
  for (let at = jsonEnd; at + contentRecordBytes <= bytes.length; at += contentRecordBytes) {
    contents.push(decodeRecord(bytes, at));
  }
  return { ...head, contents };
}

function decodeRecord(bytes: Uint8Array, at: number): PackContent {
  return {
    contentId: toHex(bytes.subarray(at, at + contentIdBytes)),
    segment: readU32(bytes, at + contentIdBytes),
    frame: readU32(bytes, at + contentIdBytes + 4),
    offset: readU32(bytes, at + contentIdBytes + 8),
    length: readU32(bytes, at + contentIdBytes + 12),
  };
}

export function encodeTrailer(trailer: Trailer): Uint8Array {
  return concatBytes([u32(trailer.footerBytes), u32(trailer.segments), utf8(endMagic)]);
}

export function decodeTrailer(bytes: Uint8Array): Trailer {
  const isEnd = bytes.length === trailerBytes && fromAscii(bytes.subarray(8)) === endMagic;
  if (!isEnd) throw damaged('a pack does not end as packs do');
  return { footerBytes: readU32(bytes, 0), segments: readU32(bytes, 4) };
}

function fromAscii(bytes: Uint8Array): string | undefined {
  return bytes.every((byte) => byte < 0x80) ? fromUtf8(bytes) : undefined;
}
