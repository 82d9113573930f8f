import { describe, expect, it } from 'vitest';
import { nodeEntropy } from '../compute/node-entropy.ts';
import { MemoryStore } from '../object-store/memory/memory-store.ts';
import type { PutOptions } from './ports.ts';
import { assertConditionalPuts } from './probe-storage.ts';

describe('assertConditionalPuts', () => {
  it('takes a storage that refuses the second put, and leaves nothing there', async () => {
    const store = new MemoryStore();
    await assertConditionalPuts(store, nodeEntropy);
    for await (const { name } of store.list('')) expect.unreachable(name);
  });

  it('refuses one that ignores the condition', async () => {
    class Careless extends MemoryStore {
      override put(name: string, body: Uint8Array, { ifAbsent: _, ...options }: PutOptions = {}) {
        return super.put(name, body, options);
      }
    }
    const store = new Careless();
    await expect(assertConditionalPuts(store, nodeEntropy)).rejects.toMatchObject({
      code: 'E_STORAGE_NOT_CONDITIONAL',
    });
    for await (const { name } of store.list('')) expect.unreachable(name);
  });
});
