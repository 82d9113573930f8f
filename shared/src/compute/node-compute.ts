import {
  argon2,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
} from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { AppError } from '../errors/app-error.ts';
import { copyInto } from '../memory/copy-into.ts';
import type { Argon2Cost, Compute, FrameCompute, Sealing } from '../repository/ports.ts';
import { decodeBase64 } from './base64/decode-base64.ts';
import { scanGear } from './gear/gear-scan.ts';
import { batchesInThread } from './node-batches.ts';
import { compressedBytesMax, zstdCompression, zstdDecompression } from './zstd/zstd-context.ts';

const cipher = 'aes-256-gcm';
const tagBytes = 16;
/** [Node: zlib, Z_MIN_CHUNK] */
const chunkBytesMin = 64;
/** Of what is allocated at once: what is decompressed may be far below its limit. */
const chunkBytesMax = 1024 * 1024 + 1;
/** Most of what is decompressed here are entries of logs, far below their limit. */
const entryBytes = 8 * 1024;
const usualRatio = 8;
const argon2Async = promisify(argon2);

/** What the cipher hands out goes through the heap of small buffers. */
const cipherBytesMax = 32 * 1024;

const compression = { 1: zstdCompression(1), 3: zstdCompression(3) } as const;
const decompression = zstdDecompression();

const frameCompute: FrameCompute = {
  compressedBytesMax,
  compressInto: (target, bytes, level) => {
    const length = compression[level].run(target, bytes);
    if (length === undefined) throw new RangeError(`${bytes.length} bytes were not compressed`);
    return length;
  },
  decompressInto: (target, bytes) => {
    const length = decompression.run(target, bytes);
    if (length === undefined) throw damaged('compressed bytes cannot be decompressed');
    return length;
  },
  sealInto,
  openInto,
  hmacSha256With: (key) => {
    // Of raw bytes a key object would be made for each call.
    const secret = createSecretKey(key);
    return (bytes) => createHmac('sha256', secret).update(bytes).digest();
  },
};

/** All but batches. */
const primitives: Omit<Compute, 'batches'> = {
  ...frameCompute,
  compress: async (bytes, level = 3) =>
    zstdCompressSync(bytes, {
      params: { [constants.ZSTD_c_compressionLevel]: level },
      // Known beforehand, the size keeps the tables and the output to what it needs.
      pledgedSrcSize: bytes.length,
      chunkSize: Math.min(Math.max(chunkBytesMin, bytes.length), chunkBytesMax),
    }),
  decompress: async (bytes, sizeMax) => decompress(bytes, sizeMax),
  seal: async (key, nonce, plain, associated) => {
    const sealed = new Uint8Array(plain.length + tagBytes);
    sealInto(sealed, { key, nonce, associated }, plain);
    return sealed;
  },
  open: async (key, nonce, sealed, associated) => {
    const plain = new Uint8Array(Math.max(0, sealed.length - tagBytes));
    openInto(plain, { key, nonce, associated }, sealed);
    return plain;
  },
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
  decodeBase64,
  hkdf: async (key, salt, info, length) =>
    new Uint8Array(hkdfSync('sha256', createSecretKey(key), salt, info, length)),
  argon2id: (password, salt, cost) => argon2id(password, salt, cost),
};

/** Compute on the calling thread. */
export const nodeCompute: Compute = { ...primitives, batches: batchesInThread(primitives) };

function sealInto(target: Uint8Array, sealing: Sealing, plain: Uint8Array): void {
  const { key, nonce, associated } = sealing;
  const sealer = createCipheriv(cipher, createSecretKey(key), nonce).setAAD(associated);
  for (let at = 0; at < plain.length; at += cipherBytesMax) {
    copyInto(target, at, sealer.update(plain.subarray(at, at + cipherBytesMax)));
  }
  sealer.final();
  target.set(sealer.getAuthTag(), plain.length);
}

function openInto(target: Uint8Array, sealing: Sealing, sealed: Uint8Array): void {
  const { key, nonce, associated } = sealing;
  const tagAt = sealed.length - tagBytes;
  if (tagAt < 0) throw damaged('sealed bytes are shorter than their tag');
  const opener = createDecipheriv(cipher, createSecretKey(key), nonce, { authTagLength: tagBytes });
  opener.setAAD(associated).setAuthTag(sealed.subarray(tagAt));
  for (let at = 0; at < tagAt; at += cipherBytesMax) {
    const end = Math.min(at + cipherBytesMax, tagAt);
    copyInto(target, at, opener.update(sealed.subarray(at, end)));
  }
  try {
    opener.final();
  } catch (error) {
    throw damaged('sealed bytes do not match their tag', error);
  }
}

function decompress(bytes: Uint8Array, sizeMax: number): Uint8Array {
  try {
    // One byte more than expected: filled to the brim it would be grown once more for nothing.
    const expected = Math.min(sizeMax + 1, Math.max(entryBytes, usualRatio * bytes.length));
    const chunkSize = Math.min(Math.max(chunkBytesMin, expected), chunkBytesMax);
    return zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, sizeMax), chunkSize });
  } catch (error) {
    throw new AppError('E_REPOSITORY_DAMAGED', 'compressed bytes cannot be decompressed', {
      cause: error,
    });
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
