import { batchesInThread } from '../../../shared/src/compute/node-batches.ts';
import { nodeCompute } from '../../../shared/src/compute/node-compute.ts';
import type { Compute, FrameCompute } from '../../../shared/src/repository/ports.ts';

const tagBytes = 16;

/** Nothing is sealed and nothing is compressed: what is stored can be changed as it lies there. */
const frames: FrameCompute = {
  ...nodeCompute,
  compressedBytesMax: (length) => length + 1,
  // Never smaller: frames hold their contents as they are.
  compressInto: (_, bytes) => bytes.length + 1,
  sealInto: (target, _, plain) => {
    target.set(plain);
    target.fill(0, plain.length, plain.length + tagBytes);
  },
  openInto: (target, _, sealed) => {
    target.set(sealed.subarray(0, Math.max(0, sealed.length - tagBytes)));
  },
};

/**
 * The powers of whoever holds all keys, given to whoever changes the bytes: every
 * seal fits, and so does every digest. Contents keep their ids.
 */
export const openCompute: Compute = {
  ...nodeCompute,
  ...frames,
  batches: batchesInThread(frames),
  compress: async (bytes) => Uint8Array.from(bytes),
  decompress: async (bytes) => Uint8Array.from(bytes),
  seal: async (_key, _nonce, plain) => Buffer.concat([plain, Buffer.alloc(tagBytes)]),
  open: async (_key, _nonce, sealed) =>
    Uint8Array.from(sealed.subarray(0, Math.max(0, sealed.length - tagBytes))),
  sha256: async () => new Uint8Array(32),
};
