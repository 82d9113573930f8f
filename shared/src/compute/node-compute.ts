import {
  argon2,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
} from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../errors/app-error.ts';
import type { Argon2Cost, Compute } from '../repository/ports.ts';
import { scanGear } from './gear/gear-scan.ts';
import { batchesInThread } from './node-batches.ts';

const cipher = 'aes-256-gcm';
const tagBytes = 16;
/** [Node: zlib, Z_MIN_CHUNK] */
const chunkBytesMin = 64;
/** Of what is allocated at once: what is decompressed may be far below its limit. */
const chunkBytesMax = 1024 * 1024 + 1;
const argon2Async = promisify(argon2);

/** All but batches. */
const primitives: Omit<Compute, 'batches'> = {
  compress: async (bytes, level = 3) =>
    zstdCompressSync(bytes, {
      params: { [constants.ZSTD_c_compressionLevel]: level },
      // Known beforehand, the size keeps the tables and the output to what it needs.
      pledgedSrcSize: bytes.length,
      chunkSize: Math.min(Math.max(chunkBytesMin, bytes.length), chunkBytesMax),
    }),
  decompress: async (bytes, sizeMax) => decompress(bytes, sizeMax),
  seal: async (key, nonce, plain, associated) => {
    const sealing = createCipheriv(cipher, key, nonce).setAAD(associated);
    const sealed = new Uint8Array(plain.length + tagBytes);
    sealed.set(sealing.update(plain));
    sealing.final();
    sealed.set(sealing.getAuthTag(), plain.length);
    return sealed;
  },
  open: async (key, nonce, sealed, associated) => open({ key, nonce, sealed, associated }),
  hmacSha256: async (key, parts) => {
    const hmac = createHmac('sha256', key);
    for (const part of parts) hmac.update(part);
    return hmac.digest();
  },
  sha256: async (parts) => {
    const hash = createHash('sha256');
    for (const part of parts) hash.update(part);
    return hash.digest();
  },
  scanGear,
  hkdf: async (key, salt, info, length) =>
    new Uint8Array(hkdfSync('sha256', key, salt, info, length)),
  argon2id: (password, salt, cost) => argon2id(password, salt, cost),
};

/** Compute on the calling thread. */
export const nodeCompute: Compute = { ...primitives, batches: batchesInThread(primitives) };

function decompress(bytes: Uint8Array, sizeMax: number): Uint8Array {
  try {
    // One byte more than expected: filled to the brim it would be grown once more for nothing.
    const chunkSize = Math.min(Math.max(chunkBytesMin, sizeMax + 1), chunkBytesMax);
    return zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, sizeMax), chunkSize });
  } catch (error) {
    throw new AppError('E_REPOSITORY_DAMAGED', 'compressed bytes cannot be decompressed', {
      cause: error,
    });
  }
}

interface Sealed {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly sealed: Uint8Array;
  readonly associated: Uint8Array;
}

function open({ key, nonce, sealed, associated }: Sealed): Uint8Array {
  const tagAt = sealed.length - tagBytes;
  if (tagAt < 0) throw damaged('sealed bytes are shorter than their tag');
  try {
    const opening = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
    opening.setAAD(associated).setAuthTag(sealed.subarray(tagAt));
    const plain = opening.update(sealed.subarray(0, tagAt));
    // It checks the tag: in this mode nothing is left to come.
    opening.final();
    return plain;
  } catch (error) {
    throw damaged('sealed bytes do not match their tag', error);
  }
}

function damaged(message: string, cause?: unknown): AppError {
  return new AppError('E_REPOSITORY_DAMAGED', message, { cause });
}

function argon2id(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array> {
  return argon2Async('argon2id', {
    message: password,
    nonce: salt,
    parallelism: cost.parallelism,
    tagLength: 32,
    memory: cost.memoryKiB,
    passes: cost.passes,
  });
}
