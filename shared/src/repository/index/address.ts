import { fromHex, readU32, toHex, writeU32 } from '../bytes.ts';

/** Where a content lies. docs/repository-format.md, "Content". */
export interface ContentAddress {
  readonly segment: string;
  readonly frame: number;
  /** Of the sealed frame, in the segment. */
  readonly frameOffset: number;
  readonly frameLength: number;
  /** In the opened frame. */
  readonly offset: number;
  readonly length: number;
}

const segmentBytes = 16;
const addressBytes = segmentBytes + 20;

export function encodeAddress(address: ContentAddress): Uint8Array {
  const bytes = new Uint8Array(addressBytes);
  bytes.set(fromHex(address.segment));
  const numbers = [
    address.frame,
    address.frameOffset,
    address.frameLength,
    address.offset,
    address.length,
  ];
  for (const [at, number] of numbers.entries()) writeU32(bytes, segmentBytes + at * 4, number);
  return bytes;
}

export function decodeAddress(bytes: Uint8Array): ContentAddress {
  return {
    segment: addressSegment(bytes),
    frame: readU32(bytes, segmentBytes),
    frameOffset: readU32(bytes, segmentBytes + 4),
    frameLength: readU32(bytes, segmentBytes + 8),
    offset: readU32(bytes, segmentBytes + 12),
    length: readU32(bytes, segmentBytes + 16),
  };
}

export function addressSegment(bytes: Uint8Array): string {
  return toHex(bytes.subarray(0, segmentBytes));
}
