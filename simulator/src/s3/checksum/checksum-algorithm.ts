import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type CrcShape, combineCrc } from './crc-combine.ts';
import { crc32c } from './crc32c.ts';
import { CRC64_NVME_POLYNOMIAL, Crc64Nvme } from './crc64-nvme.ts';

export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

/** A checksum that S3 stores with an object. */
export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Whether the value is that of the whole object, or of the checksums of its parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** A stored checksum; composite values end in a hyphen and the number of parts. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  /** Base64, as in headers. */
  readonly value: string;
}

/** A checksum that is being computed. */
export interface RunningChecksum {
  readonly algorithm: ChecksumAlgorithm;
  update(bytes: Uint8Array): void;
  /** Base64; no update afterwards. */
  finish(): string;
}

const CRC_SHAPES: Partial<Record<ChecksumAlgorithm, CrcShape>> = {
  CRC32: { bits: 32, polynomial: 0xedb8_8320n },
  CRC32C: { bits: 32, polynomial: 0x82f6_3b78n },
  CRC64NVME: { bits: 64, polynomial: CRC64_NVME_POLYNOMIAL },
};

const VALUE_BYTES = { CRC32: 4, CRC32C: 4, CRC64NVME: 8, SHA1: 20, SHA256: 32 } as const;

/** `x-amz-checksum-crc32` and its like. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** The algorithm of a name in any case, or undefined. */
export function checksumAlgorithm(name: string): ChecksumAlgorithm | undefined {
  return CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === name.toUpperCase());
}

/** Whether the text is base64 of a value of this algorithm's length. */
export function isChecksumValue(algorithm: ChecksumAlgorithm, text: string): boolean {
  const bytes = Buffer.from(text, 'base64');
  return bytes.byteLength === VALUE_BYTES[algorithm] && bytes.toString('base64') === text;
}

export function startChecksum(algorithm: ChecksumAlgorithm): RunningChecksum {
  switch (algorithm) {
    case 'CRC32':
      return running32(algorithm, (bytes, before) => crc32(bytes, before));
    case 'CRC32C':
      return running32(algorithm, crc32c);
    case 'CRC64NVME': {
      const crc = new Crc64Nvme();
      return {
        algorithm,
        update: (bytes) => crc.update(bytes),
        finish: () => encode(crc.value(), 64),
      };
    }
    case 'SHA1':
    case 'SHA256': {
      const hash = createHash(algorithm.toLowerCase());
      return {
        algorithm,
        update: (bytes) => void hash.update(bytes),
        finish: () => hash.digest('base64'),
      };
    }
  }
}

/** The checksum of a multipart object from those of its parts. */
export function joinChecksums(
  { algorithm, type }: Pick<Checksum, 'algorithm' | 'type'>,
  parts: readonly { readonly value: string; readonly sizeBytes: number }[],
): Checksum {
  if (type === 'FULL_OBJECT') return { algorithm, type, value: joinCrcs(algorithm, parts) };
  const whole = startChecksum(algorithm);
  for (const { value } of parts) whole.update(Buffer.from(value, 'base64'));
  return { algorithm, type, value: `${whole.finish()}-${parts.length}` };
}

function joinCrcs(
  algorithm: ChecksumAlgorithm,
  parts: readonly { readonly value: string; readonly sizeBytes: number }[],
): string {
  const shape = CRC_SHAPES[algorithm];
  if (!shape) throw new Error(`${algorithm} has no checksum of the full object`);
  let whole = 0n;
  for (const { value, sizeBytes } of parts) {
    const second = BigInt(`0x${Buffer.from(value, 'base64').toString('hex')}`);
    whole = combineCrc(shape, { first: whole, second, secondBytes: sizeBytes });
  }
  return encode(whole, shape.bits);
}

function running32(
  algorithm: ChecksumAlgorithm,
  step: (bytes: Uint8Array, before: number) => number,
): RunningChecksum {
  let crc = 0;
  return {
    algorithm,
    update: (bytes) => {
      crc = step(bytes, crc);
    },
    finish: () => encode(BigInt(crc >>> 0), 32),
  };
}

function encode(value: bigint, bits: number): string {
  return Buffer.from(value.toString(16).padStart(bits / 4, '0'), 'hex').toString('base64');
}
