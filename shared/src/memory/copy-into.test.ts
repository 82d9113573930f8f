import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { copyInto } from './copy-into.ts';

const lengths = fc.integer({ min: 0, max: 1_200 });

function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => at % 251);
}

describe('copyInto', () => {
  it('does what set does, in memory that threads share too', () => {
    fc.assert(
      fc.property(lengths, lengths, fc.boolean(), (at, length, isShared) => {
        const size = 2_400;
        const memory = isShared ? new SharedArrayBuffer(size) : new ArrayBuffer(size);
        const target = new Uint8Array(memory);
        const expected = new Uint8Array(size);
        expected.set(counting(length), at);
        copyInto(target, at, counting(length));
        expect(Buffer.compare(target, expected)).toBe(0);
      }),
    );
  });

  it('moves what lies behind, also onto itself', () => {
    fc.assert(
      fc.property(lengths, lengths, (from, length) => {
        const bytes = counting(2_400);
        copyInto(bytes, 0, bytes.subarray(from, from + length));
        const moved = counting(2_400).subarray(from, from + length);
        expect(Buffer.compare(bytes.subarray(0, length), moved)).toBe(0);
      }),
    );
  });

  it('refuses what does not fit, and leaves nothing of it', () => {
    for (const length of [10, 1_000]) {
      const target = new Uint8Array(length);
      expect(() => copyInto(target, 1, counting(length))).toThrow(RangeError);
      expect(target.every((byte) => byte === 0)).toBe(true);
    }
  });
});
