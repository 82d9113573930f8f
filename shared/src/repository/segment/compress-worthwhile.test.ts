import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCompute } from '../../compute/node-compute.ts';
import type { CompressionLevel, FrameCompute } from '../ports.ts';
import { compressWorthwhile } from './compress-worthwhile.ts';

const mebibyte = 1024 * 1024;

function recording() {
  const levels: CompressionLevel[] = [];
  const compute: FrameCompute = {
    ...nodeCompute,
    compressInto: (target, bytes, level) => {
      levels.push(level);
      return nodeCompute.compressInto(target, bytes, level);
    },
  };
  const compress = compressWorthwhile(compute);
  const target = new Uint8Array(nodeCompute.compressedBytesMax(mebibyte));
  return (content: Uint8Array) => {
    const length = compress(target, content);
    const opened = new Uint8Array(content.length + 1);
    expect(nodeCompute.decompressInto(opened, target.subarray(0, length))).toBe(content.length);
    expect(Buffer.compare(opened.subarray(0, content.length), content)).toBe(0);
    return levels.splice(0);
  };
}

/** Half of it shrinks, to the same at each level. */
function makeImage(): Buffer {
  return Buffer.concat([randomBytes(mebibyte / 2), Buffer.alloc(mebibyte / 2)]);
}

/** Words that are repeated, far apart: level 3 finds more of them. */
function makeText(): Buffer {
  const words = Array.from({ length: 3000 }, () => randomBytes(3).toString('hex'));
  let seed = 1;
  const next = () => {
    seed = (seed * 48_271) % 0x7fffffff;
    return words[seed % words.length];
  };
  return Buffer.from(Array.from({ length: 160_000 }, next).join(' ')).subarray(0, mebibyte);
}

const image = makeImage();
const text = makeText();

describe('compressWorthwhile', () => {
  it('spends no time on what level 3 makes no smaller', () => {
    const compress = recording();
    expect(compress(image)).toEqual([1, 3]);
    for (let n = 1; n < 16; n += 1) expect(compress(image)).toEqual([1]);
    expect(compress(image)).toEqual([1, 3]);
  });

  it('goes back to level 3 when it saves bytes again', () => {
    const compress = recording();
    for (let n = 0; n < 32; n += 1) compress(image);
    const levels = Array.from({ length: 80 }, () => compress(text));
    expect(levels.slice(-15).flat()).toEqual(Array.from({ length: 15 }, () => 3));
  });

  it('takes level 3 for all that is small', () => {
    const compress = recording();
    for (let n = 0; n < 20; n += 1) expect(compress(image.subarray(0, 100_000))).toEqual([3]);
  });
});
