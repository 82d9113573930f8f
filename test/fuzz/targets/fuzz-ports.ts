import { nodeCompute } from '../../../shared/src/compute/node-compute.ts';
import { nodeEntropy } from '../../../shared/src/compute/node-entropy.ts';

export const compute = nodeCompute;
export const ports = { compute: nodeCompute, entropy: nodeEntropy };

/** A key, an id of a segment, and one of a content. */
export const key = new Uint8Array(32).fill(7);
export const id = '00010203445566778899aabbccddeeff';
export const contentId = 'ab'.repeat(32);

export function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

export function json(value: unknown): Uint8Array {
  return text(JSON.stringify(value));
}

export function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
}

/** zstd that inflates to so many bytes. */
export function bomb(sizeBytes: number): Promise<Uint8Array> {
  return compute.compress(new Uint8Array(sizeBytes), 3);
}
