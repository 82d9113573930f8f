import { randomBytes } from 'node:crypto';
import { zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  compressedBytesMax,
  freshCompression,
  freshDecompression,
  type ZstdContext,
  zstdCompression,
  zstdDecompression,
} from './zstd-context.ts';

interface Pair {
  readonly compression: ZstdContext;
  readonly decompression: ZstdContext;
}

const contents = [
  Buffer.alloc(0),
  Buffer.from('one'),
  Buffer.alloc(300_000, 'all work and no play '),
  randomBytes(131_072),
  Buffer.alloc(9_000_000, randomBytes(70_000)),
  Buffer.from('two'),
];

function compressed({ compression }: Pair, content: Uint8Array): Uint8Array {
  const target = new Uint8Array(compressedBytesMax(content.length));
  return target.subarray(0, compression.run(target, content));
}

function decompressed(
  { decompression }: Pair,
  bytes: Uint8Array,
  sizeMax = 10_000_000,
): Buffer | undefined {
  const target = Buffer.alloc(sizeMax + 1);
  const length = decompression.run(target, bytes);
  return length === undefined ? undefined : target.subarray(0, length);
}

const pairs = [
  {
    name: 'used again and again',
    open: (): Pair => ({ compression: zstdCompression(3), decompression: zstdDecompression() }),
  },
  {
    name: 'made for each call',
    open: (): Pair => ({ compression: freshCompression(3), decompression: freshDecompression() }),
  },
];

describe.each(pairs)('zstd, $name', ({ open }) => {
  it('gives back what it compressed, one after the other', () => {
    const pair = open();
    for (const content of [...contents, ...contents]) {
      expect(decompressed(pair, compressed(pair, content))?.equals(content)).toBe(true);
    }
  });

  it('writes frames that have nothing to do with each other', () => {
    const pair = open();
    const [first, second] = [1, 2].map(() => compressed(pair, Buffer.alloc(9_000, 'ab')).slice());
    expect(second).toEqual(first);
    expect(decompressed(open(), second ?? new Uint8Array())?.length).toBe(9_000);
  });

  it('refuses garbage, more than it takes, and what is cut off; and goes on', () => {
    const pair = open();
    const whole = zstdCompressSync(Buffer.alloc(100_000, 'hello '));
    const large = zstdCompressSync(randomBytes(200_000));
    for (const at of [0, 3, Math.floor(whole.length / 2), whole.length - 1]) {
      expect(decompressed(pair, whole.subarray(0, at))).toBe(undefined);
      expect(decompressed(pair, whole)?.length).toBe(100_000);
    }
    expect(decompressed(pair, randomBytes(500))).toBe(undefined);
    expect(decompressed(pair, whole, 99_999)).toBe(undefined);
    expect(decompressed(pair, large.subarray(0, 100_000))).toBe(undefined);
    expect(decompressed(pair, large)?.length).toBe(200_000);
  });

  it('does not take a frame for the rest of one that was cut off', () => {
    const pair = open();
    const large = zstdCompressSync(randomBytes(200_000));
    const small = zstdCompressSync(Buffer.alloc(1_000, 'hello '));
    for (let at = 0; at < 40; at += 1) {
      decompressed(pair, large.subarray(0, at));
      expect(decompressed(pair, small)?.length).toBe(1_000);
    }
  });
});
