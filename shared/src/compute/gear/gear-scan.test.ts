import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scanGearSlowly } from '../../../test/repository/gear-reference.ts';
import { scanGear } from './gear-scan.ts';

const table = new Uint8Array(randomBytes(2_048));

describe('the gear hash in WebAssembly', () => {
  it('finds what the slow one finds, and goes on from where it was', () => {
    const scans = fc.record({
      bytes: fc.uint8Array({ maxLength: 500 }),
      hash: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      bits: fc.integer({ min: 1, max: 64 }),
    });
    fc.assert(
      fc.property(scans, ({ bytes, hash, bits }) => {
        const mask = ((1n << BigInt(bits)) - 1n) << BigInt(64 - bits);
        const scan = { table, bytes, hash, mask };
        const found = scanGear(scan);
        expect({ ...found, hash: BigInt.asUintN(64, found.hash) }).toEqual(scanGearSlowly(scan));
      }),
    );
  });

  it('looks through more than its memory holds', () => {
    const bytes = new Uint8Array(3 * 1024 * 1024);
    bytes[bytes.length - 100] = 1;
    const zeros = new Uint8Array(table);
    zeros.set([1, 0, 0, 0, 0, 0, 0, 0], 0);
    zeros.set([2, 0, 0, 0, 0, 0, 0, 0], 8);
    const mask = 2n ** 64n - 1n;
    // All bits are set after 64 zeros; one more bit carries through all of them.
    expect(scanGear({ table: zeros, bytes, hash: 0n, mask }).end).toBe(bytes.length - 99);
  });
});
