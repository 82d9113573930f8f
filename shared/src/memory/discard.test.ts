import { describe, expect, it } from 'vitest';
import { discard, discardWhole, passing } from './discard.ts';

describe('discarding bytes', () => {
  it('frees a buffer of their own, once or more often', () => {
    const bytes = new Uint8Array(1_000);
    discardWhole(bytes);
    discardWhole(bytes);
    expect(bytes.buffer.byteLength).toBe(0);
    const part = new Uint8Array(1_000).subarray(10, 20);
    discard(part);
    expect(part.buffer.byteLength).toBe(0);
  });

  it('leaves alone what others may read', () => {
    const small = Buffer.from('out of the pool of Node');
    discard(small);
    discardWhole(small);
    const part = new Uint8Array(1_000).subarray(10, 20);
    discardWhole(part);
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    discard(shared);
    const kept = [small.toString(), part.buffer.byteLength, shared.buffer.byteLength];
    expect(kept).toEqual(['out of the pool of Node', 1_000, 8]);
  });
});

describe('passing', () => {
  it('frees each piece when the next is asked for', async () => {
    const pieces = [1, 2, 3].map((length) => new Uint8Array(length));
    async function* network() {
      yield* pieces;
    }
    const seen: number[] = [];
    for await (const piece of passing(network())) {
      seen.push(...pieces.map(({ length }) => length));
      expect(piece.length).toBeGreaterThan(0);
    }
    expect(seen).toEqual([1, 2, 3, 0, 2, 3, 0, 0, 3]);
  });
});
