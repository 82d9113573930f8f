import { describe, expect, it } from 'vitest';
import { ByteCollector, gathered } from './byte-collector.ts';

async function* twice(piece: Buffer) {
  yield piece;
  yield piece;
}

describe('ByteCollector', () => {
  it('gives bytes that what follows does not change', () => {
    const collector = new ByteCollector();
    for (const length of [0, 1, 70_000, 3_000_000]) {
      collector.push(Buffer.alloc(length, 1));
      collector.pushByte(2);
      const taken = collector.take();
      collector.push(Buffer.alloc(length + 1, 9));
      collector.clear();
      expect(taken.equals(Buffer.concat([Buffer.alloc(length, 1), Buffer.of(2)]))).toBe(true);
    }
  });

  it('may be used again after its memory was freed', () => {
    const collector = new ByteCollector();
    collector.push(Buffer.from('before'));
    const taken = collector.take();
    collector.discard();
    collector.push(Buffer.from('after'));
    expect([taken.toString(), collector.takeText(), collector.size]).toEqual([
      'before',
      'after',
      0,
    ]);
  });
});

describe('gathered', () => {
  it.each([undefined, 0, 3, 6, 100, 1e12])(
    'reads pieces to their end, expecting %s',
    async (expected) => {
      const bytes = await gathered(twice(Buffer.from('abc')), expected);
      expect(bytes.toString()).toBe('abcabc');
    },
  );
});
