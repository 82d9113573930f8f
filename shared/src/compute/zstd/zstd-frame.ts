const magicBytes = 4;
const magic = 0xfd2fb528;
const blockHeaderBytes = 3;
const checksumBytes = 4;
const dictionaryIdBytes = [0, 1, 2, 4] as const;
const contentSizeBytes = [0, 2, 4, 8] as const;

/** Types of blocks. [RFC 8878, section 3.1.1.2.2] */
const repeatedByte = 1;
const reserved = 3;

/**
 * Whether the bytes are one frame of zstd from its first byte to its last, by the
 * lengths of its blocks; not whether these decompress. A decompressor that is used
 * again would take the next frame for the rest of one that is cut off.
 * [RFC 8878, section 3.1.1]
 */
export function isWholeFrame(bytes: Uint8Array): boolean {
  if (bytes.length <= magicBytes) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const descriptor = view.getUint8(magicBytes);
  if (view.getUint32(0, true) !== magic) return false;
  const blocksEnd = endOfBlocks(view, magicBytes + headerBytes(descriptor));
  const hasChecksum = (descriptor & 4) !== 0;
  return blocksEnd !== undefined && blocksEnd + (hasChecksum ? checksumBytes : 0) === bytes.length;
}

/** From the descriptor on, itself included. */
function headerBytes(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >>> 6;
  const ofSize = sizeFlag === 0 && isSingleSegment ? 1 : (contentSizeBytes[sizeFlag] ?? 0);
  return 1 + (isSingleSegment ? 0 : 1) + (dictionaryIdBytes[descriptor & 3] ?? 0) + ofSize;
}

/** Undefined: a block is none, or reaches beyond the bytes. */
function endOfBlocks(view: DataView, start: number): number | undefined {
  for (let at = start; at + blockHeaderBytes <= view.byteLength; ) {
    const header = view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
    const type = (header >>> 1) & 3;
    if (type === reserved) return undefined;
    at += blockHeaderBytes + (type === repeatedByte ? 1 : header >>> 3);
    if ((header & 1) === 1) return at;
  }
  return undefined;
}
