import { describe, expect, it } from 'vitest';
import { QuickXorHash } from './quick-xor-hash.ts';

describe('QuickXorHash', () => {
  it.each([
    ['', 'AAAAAAAAAAAAAAAAAAAAAAAAAAA='],
    ['4a', 'SgAAAAAAAAAAAAAAAQAAAAAAAAA='],
    ['b5b4', 'taAFAAAAAAAAAAAAAgAAAAAAAAA='],
    ['d2964f', '0rDEEwAAAAAAAAAAAwAAAAAAAAA='],
  ])('hashes the bytes %s as the service does', (hex, expected) => {
    expect(new QuickXorHash().update(Buffer.from(hex, 'hex')).digest()).toBe(expected);
  });

  it('does not depend on how the bytes are cut', () => {
    const bytes = Buffer.from(Array.from({ length: 1000 }, (_, i) => (i * 37) % 251));
    const whole = new QuickXorHash().update(bytes).digest();
    const cut = new QuickXorHash();
    for (let at = 0; at < bytes.length; at += 77) cut.update(bytes.subarray(at, at + 77));
    expect(cut.digest()).toBe(whole);
  });

  it('agrees with the definition bit by bit', () => {
    const bytes = Buffer.from(Array.from({ length: 517 }, (_, i) => (i * 91 + 7) % 256));
    expect(new QuickXorHash().update(bytes).digest()).toBe(slowQuickXor(bytes));
  });
});

/** The definition, one bit at a time. */
function slowQuickXor(bytes: Uint8Array): string {
  const bits = new Array<number>(160).fill(0);
  bytes.forEach((byte, index) => {
    for (let bit = 0; bit < 8; bit += 1) {
      const at = (index * 11 + bit) % 160;
      bits[at] = (bits[at] ?? 0) ^ ((byte >> bit) & 1);
    }
  });
  const register = Buffer.alloc(20);
  bits.forEach((bit, at) => {
    register[at >> 3] = (register[at >> 3] ?? 0) | (bit << (at & 7));
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  length.forEach((byte, i) => {
    register[12 + i] = (register[12 + i] ?? 0) ^ byte;
  });
  return register.toString('base64');
}
