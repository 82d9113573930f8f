import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockPool } from './block-pool.ts';
import { inBlocks } from './byte-stream.ts';

async function* from(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

describe('inBlocks', () => {
  it('cuts any stream into full blocks and keeps every byte in order', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 33 }), async (parts, blockBytes) => {
        const blocks: Uint8Array[] = [];
        const pool = new BlockPool(blockBytes);
        for await (const block of inBlocks(from(parts), pool)) blocks.push(block);
        expect(Buffer.concat(blocks)).toEqual(Buffer.concat(parts));
        for (const block of blocks.slice(0, -1)) expect(block).toHaveLength(blockBytes);
        expect(blocks.at(-1)?.length).not.toBe(0);
      }),
    );
  });

  it('uses the blocks again that are given back', async () => {
    const pool = new BlockPool(4);
    const memory = new Set<ArrayBufferLike>();
    const texts: string[] = [];
    const chunks = [Buffer.from('one two three'), Buffer.from(' four')];
    for await (const block of inBlocks(from(chunks), pool)) {
      memory.add(block.buffer);
      texts.push(Buffer.from(block).toString());
      pool.give(block);
    }
    expect(texts.join('|')).toBe('one |two |thre|e fo|ur');
    expect(memory.size).toBe(1);
  });
});
