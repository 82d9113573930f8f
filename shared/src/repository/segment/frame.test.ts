import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { nodeCompute } from '../../compute/node-compute.ts';
import { openFrame, sealFrame } from './frame.ts';

const segment = { id: randomBytes(16), key: randomBytes(32) };
const place = { segment, number: 7, kind: 'data' } as const;
const blockBytes = 64 * 1024;

/** Random blocks, but for one of zeros. */
function imageWith(zerosAt: number): Uint8Array {
  const image = randomBytes(16 * blockBytes);
  image.fill(0, zerosAt * blockBytes, (zerosAt + 1) * blockBytes);
  return image;
}

describe('a frame', () => {
  it('shrinks when only a part of it does, wherever that is', () => {
    for (const zerosAt of [0, 5, 15]) {
      const image = imageWith(zerosAt);
      const sealed = sealFrame(nodeCompute, place, image);
      expect(sealed.length).toBeLessThan(15.1 * blockBytes);
      expect(Buffer.compare(openFrame(nodeCompute, place, sealed), image)).toBe(0);
    }
  });

  it('opens at its own place alone', () => {
    const sealed = sealFrame(nodeCompute, place, Buffer.from('content'));
    expect(Buffer.from(openFrame(nodeCompute, place, sealed)).toString()).toBe('content');
    for (const other of [
      { ...place, number: 8 },
      { ...place, kind: 'catalog' as const },
      { ...place, segment: { ...segment, id: randomBytes(16) } },
      { ...place, segment: { ...segment, key: randomBytes(32) } },
    ]) {
      expect(() => openFrame(nodeCompute, other, sealed)).toThrow(
        expect.objectContaining({ code: 'E_REPOSITORY_DAMAGED' }),
      );
    }
  });
});
