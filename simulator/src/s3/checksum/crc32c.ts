import { at, crc32Tables } from './crc-table.ts';

const [T0, T1, T2, T3, T4, T5, T6, T7] = crc32Tables(0x82f63b78) as [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
];

/** CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`, going on from `before`. */
export function crc32c(bytes: Uint8Array, before = 0): number {
  let crc = ~before >>> 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const whole = bytes.byteLength - (bytes.byteLength % 8);
  let offset = 0;
  for (; offset < whole; offset += 8) {
    const low = (crc ^ view.getUint32(offset, true)) >>> 0;
    const high = view.getUint32(offset + 4, true);
    crc =
      at(T7, low & 0xff) ^
      at(T6, (low >>> 8) & 0xff) ^
      at(T5, (low >>> 16) & 0xff) ^
      at(T4, low >>> 24) ^
      at(T3, high & 0xff) ^
      at(T2, (high >>> 8) & 0xff) ^
      at(T1, (high >>> 16) & 0xff) ^
      at(T0, high >>> 24);
  }
  for (; offset < bytes.byteLength; offset += 1) {
    crc = (crc >>> 8) ^ at(T0, (crc ^ view.getUint8(offset)) & 0xff);
  }
  return ~crc >>> 0;
}
