import { describe, expect, it } from 'vitest';
import { QuickXorHash } from './quick-xor-hash.ts';

function hashOf(bytes: Uint8Array, pieceSize = bytes.length || 1): string {
  const hash = new QuickXorHash();
  for (let at = 0; at < bytes.length; at += pieceSize)
    hash.update(bytes.subarray(at, at + pieceSize));
  return hash.digest();
}

/** The published definition, bit by bit on one big number. */
function byDefinition(bytes: Uint8Array): string {
  let ring = 0n;
  for (const [index, byte] of bytes.entries()) {
    for (let bit = 0; bit < 8; bit += 1) {
      if ((byte >> bit) & 1) ring ^= 1n << BigInt((index * 11 + bit) % 160);
    }
  }
  ring ^= BigInt(bytes.length) << 96n;
  const result = Buffer.alloc(20);
  for (let at = 0; at < 20; at += 1) result[at] = Number((ring >> BigInt(at * 8)) & 0xffn);
  return result.toString('base64');
}

describe('QuickXorHash', () => {
  it('is all zero for nothing', () => {
    expect(hashOf(new Uint8Array())).toBe('AAAAAAAAAAAAAAAAAAAAAAAAAAA=');
  });

  it.each([1, 19, 20, 21, 160, 161, 5000])('follows the definition for %i bytes', (size) => {
    const bytes = Uint8Array.from({ length: size }, (_, n) => (n * 31 + 7) % 256);
    expect(hashOf(bytes)).toBe(byDefinition(bytes));
    expect(hashOf(bytes, 7)).toBe(byDefinition(bytes));
  });
});
