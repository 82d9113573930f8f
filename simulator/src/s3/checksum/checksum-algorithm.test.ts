import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECKSUM_ALGORITHMS, joinChecksums, startChecksum } from './checksum-algorithm.ts';

function checksum(algorithm: (typeof CHECKSUM_ALGORITHMS)[number], pieces: Uint8Array[]): string {
  const running = startChecksum(algorithm);
  for (const piece of pieces) running.update(piece);
  return running.finish();
}

describe('checksums', () => {
  // the check values of the catalogue of parametrised CRC algorithms
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
  ] as const)('%s of "123456789" is %s', (algorithm, hex) => {
    const value = checksum(algorithm, [Buffer.from('123456789')]);
    expect(Buffer.from(value, 'base64').toString('hex')).toBe(hex);
  });

  it('do not depend on how the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...CHECKSUM_ALGORITHMS),
        fc.array(fc.uint8Array({ maxLength: 40 })),
        (algorithm, pieces) => {
          expect(checksum(algorithm, pieces)).toBe(checksum(algorithm, [Buffer.concat(pieces)]));
        },
      ),
    );
  });

  it('of parts are joined to that of the whole', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('CRC32', 'CRC32C', 'CRC64NVME'),
        fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1 }),
        (algorithm, parts) => {
          const joined = joinChecksums(
            { algorithm, type: 'FULL_OBJECT' },
            parts.map((part) => ({
              value: checksum(algorithm, [part]),
              sizeBytes: part.byteLength,
            })),
          );
          expect(joined.value).toBe(checksum(algorithm, [Buffer.concat(parts)]));
        },
      ),
    );
  });
});
