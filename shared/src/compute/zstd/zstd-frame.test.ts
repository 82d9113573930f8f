import { randomBytes } from 'node:crypto';
import { constants, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isWholeFrame } from './zstd-frame.ts';

const contents = [
  Buffer.alloc(0),
  Buffer.from('one'),
  Buffer.alloc(400_000),
  Buffer.alloc(70_000, 'all work and no play '),
  randomBytes(300_000),
  Buffer.concat([randomBytes(140_000), Buffer.alloc(140_000), Buffer.alloc(140_000, 'ab')]),
];

const { ZSTD_c_checksumFlag, ZSTD_c_contentSizeFlag, ZSTD_c_compressionLevel } = constants;

const frames = contents.flatMap((content) => [
  zstdCompressSync(content),
  zstdCompressSync(content, { pledgedSrcSize: content.length }),
  zstdCompressSync(content, { params: { [ZSTD_c_checksumFlag]: 1 } }),
  zstdCompressSync(content, {
    params: { [ZSTD_c_compressionLevel]: 1, [ZSTD_c_contentSizeFlag]: 0 },
  }),
]);

describe('a frame of zstd', () => {
  it('is whole as it was compressed', () => {
    expect(frames.filter((frame) => !isWholeFrame(frame))).toEqual([]);
  });

  it('is not whole when anything is cut off or stands behind it', () => {
    for (const frame of frames) {
      for (const at of [0, 1, 4, 5, 8, 12, frame.length >> 1, frame.length - 1]) {
        const isShorter = at < frame.length;
        expect(isShorter && isWholeFrame(frame.subarray(0, at))).toBe(false);
      }
      expect(isWholeFrame(Buffer.concat([frame, Buffer.alloc(1)]))).toBe(false);
      expect(isWholeFrame(Buffer.concat([frame, frame]))).toBe(false);
    }
  });

  it('is no other bytes', () => {
    expect(isWholeFrame(Buffer.from('no frame at all'))).toBe(false);
    expect(isWholeFrame(new Uint8Array(100))).toBe(false);
  });
});
