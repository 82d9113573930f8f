import { describe, expect, it } from 'vitest';
import { MemorySharedChunkIndex } from './memory-shared-chunk-index.ts';
import { aChunk, describeSharedChunkIndex, findOne } from './shared-chunk-index.contract.ts';

describeSharedChunkIndex('an index of shared contents in memory', async () => ({
  index: new MemorySharedChunkIndex(),
  close: async () => {},
}));

describe('an index of shared contents in memory', () => {
  it('forgets the oldest when it is full', async () => {
    const index = new MemorySharedChunkIndex(2);
    await index.add([aChunk(1, 1), aChunk(2, 1), aChunk(3, 1)]);
    expect(await findOne(index, aChunk(1, 1).contentId)).toBeUndefined();
    expect(await findOne(index, aChunk(3, 1).contentId)).toEqual(aChunk(3, 1));
  });
});
