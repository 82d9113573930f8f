import { describe, expect, it } from 'vitest';
import { CountingStore } from './counting-store.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { describeBlobStore } from './object-store.contract.ts';

describeBlobStore('CountingStore over MemoryStore', async () => ({
  store: new CountingStore(new MemoryStore()),
  showsRehydrating: false,
  finishRehydrations: async () => {},
  close: async () => {},
}));

describe('CountingStore', () => {
  it('counts what succeeded', async () => {
    const store = new CountingStore(new MemoryStore());
    async function* body() {
      yield Buffer.alloc(10);
      yield Buffer.alloc(5);
    }
    await store.put('a', Buffer.alloc(3), { ifAbsent: true });
    await store.put('a', Buffer.alloc(3), { ifAbsent: true }).catch(() => {});
    await store.putStream('b', body());
    await store.get('b', { offset: 0, length: 4 });
    await store.get('none').catch(() => {});
    await store.copy('a', 'c', { storageClass: 'hot' });
    for await (const info of store.list('')) await store.head(info.name);
    await store.delete('c');
    expect(store.counts).toEqual({
      puts: 2,
      putBytes: 18,
      gets: 1,
      getBytes: 4,
      heads: 3,
      lists: 1,
      deletes: 1,
      copies: 1,
    });
  });
});
