import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../errors/invariant.ts';
import { ManualClock } from '../../time/manual-clock.ts';
import { describeBlobLocks } from '../locks.contract.ts';
import { describeBlobStore } from '../object-store.contract.ts';
import { MemoryStore } from './memory-store.ts';

describeBlobStore('MemoryStore', async () => {
  const clock = new ManualClock(1_000);
  return {
    store: new MemoryStore({ clock, rehydrateMs: 60_000 }),
    showsRehydrating: true,
    finishRehydrations: async () => clock.advance(60_000),
    close: async () => {},
  };
});

describeBlobLocks('MemoryStore', async () => {
  const store = new MemoryStore({ clock: new ManualClock(1_000) });
  return { store, deletePlainly: async (name) => store.hide(name), close: async () => {} };
});

describe('MemoryStore', () => {
  it('deletes a blob once its retention has run out', async () => {
    const clock = new ManualClock(1_000);
    const store = new MemoryStore({ clock });
    await store.put('a', Uint8Array.of(1), { retainUntilMs: 61_000 });
    clock.advance(59_999);
    await expect(store.delete('a')).rejects.toMatchObject({ code: 'E_BLOB_LOCKED' });
    clock.advance(1);
    await store.delete('a');
    expect(await store.head('a')).toBeUndefined();
  });

  it.each(['', '/a', 'a/', 'a//b', 'a/../b', './a', 'ä', 'a b'])(
    'refuses the name %j',
    async (name) => {
      await expect(new MemoryStore().put(name, new Uint8Array())).rejects.toThrow(InvariantError);
    },
  );

  it('thaws at once unless told otherwise', async () => {
    const store = new MemoryStore();
    await store.put('a', Uint8Array.of(1), { storageClass: 'archive' });
    await store.copy('a', 'b', { storageClass: 'hot' });
    expect((await store.get('b')).bytes).toEqual(Uint8Array.of(1));
  });
});
