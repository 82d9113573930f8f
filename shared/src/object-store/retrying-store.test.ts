import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.ts';
import type { BlobInfo, BlobStore } from '../repository/ports.ts';
import { MemoryStore } from './memory/memory-store.ts';
import { describeBlobStore } from './object-store.contract.ts';
import { RetryingStore } from './retrying-store.ts';

const options = {
  policy: { triesMax: 3, delayMsFirst: 1, delayMsMax: 1 },
  ports: { clock: { now: () => 0, sleep: async () => {} }, random: () => 0 },
};

describeBlobStore('RetryingStore over MemoryStore', async () => ({
  store: new RetryingStore(new MemoryStore(), options),
  showsRehydrating: false,
  finishRehydrations: async () => {},
  close: async () => {},
}));

/** Does the first calls of a method, then says that it does not know. */
function losingReplies(method: 'put' | 'get' | 'delete', code: AppError['code'], times: number) {
  const inner = new MemoryStore();
  let calls = 0;
  const store = new Proxy<BlobStore>(inner, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (typeof value !== 'function') return value;
      return async (...args: unknown[]) => {
        const result: unknown = await value.apply(target, args);
        if (property !== method) return result;
        calls += 1;
        if (calls <= times) throw new AppError(code, 'the reply was lost');
        return result;
      };
    },
  });
  return { inner, retrying: new RetryingStore(store, options), calls: () => calls };
}

describe('RetryingStore', () => {
  it.each(['E_STORAGE_UNAVAILABLE', 'E_STORAGE_UNCLEAR'] as const)(
    'repeats a put without a condition after %s',
    async (code) => {
      const { inner, retrying } = losingReplies('put', code, 2);
      await retrying.put('a', Buffer.from('a'));
      expect((await inner.get('a')).info.size).toBe(1);
    },
  );

  it('knows its own blob again when the reply of a conditional put was lost', async () => {
    const { inner, retrying } = losingReplies('put', 'E_STORAGE_UNCLEAR', 1);
    await retrying.put('a', Buffer.from('a'), { ifAbsent: true });
    expect((await inner.get('a')).info.size).toBe(1);
  });

  it('leaves the blob of another alone, also after an unclear reply', async () => {
    const inner = new MemoryStore();
    let tries = 0;
    const overtaken: Pick<BlobStore, 'put' | 'get'> = {
      get: (name) => inner.get(name),
      put: async (name, body, put) => {
        tries += 1;
        if (tries > 1) return await inner.put(name, body, put);
        await inner.put(name, Buffer.from('theirs'));
        throw new AppError('E_STORAGE_UNCLEAR', 'the reply was lost');
      },
    };
    const put = new RetryingStore(overtaken as BlobStore, options).put('a', Buffer.from('ours'), {
      ifAbsent: true,
    });
    await expect(put).rejects.toMatchObject({ code: 'E_BLOB_EXISTS' });
    expect((await inner.get('a')).info.size).toBe('theirs'.length);
  });

  it('repeats reads, but not for ever', async () => {
    const { inner, retrying, calls } = losingReplies('get', 'E_STORAGE_UNAVAILABLE', 99);
    await inner.put('a', Buffer.from('a'));
    await expect(retrying.get('a')).rejects.toMatchObject({ code: 'E_STORAGE_UNAVAILABLE' });
    expect(calls()).toBe(3);
  });

  it('does not repeat what the storage refuses', async () => {
    const { retrying, calls } = losingReplies('delete', 'E_STORAGE_DENIED', 99);
    await expect(retrying.delete('a')).rejects.toMatchObject({ code: 'E_STORAGE_DENIED' });
    expect(calls()).toBe(1);
  });

  it('goes on with a broken listing without gap or repetition', async () => {
    const inner = new MemoryStore();
    for (const name of ['a', 'b', 'c', 'd']) await inner.put(name, Buffer.from(name));
    let listings = 0;
    const breaking: BlobStore = Object.create(inner, {
      list: {
        value: async function* (): AsyncGenerator<BlobInfo> {
          listings += 1;
          for await (const info of inner.list('')) {
            if (listings === 1 && info.name === 'c') {
              throw new AppError('E_STORAGE_UNAVAILABLE', 'busy');
            }
            yield info;
          }
        },
      },
    });
    const names: string[] = [];
    for await (const info of new RetryingStore(breaking, options).list('')) names.push(info.name);
    expect(names).toEqual(['a', 'b', 'c', 'd']);
    expect(listings).toBe(2);
  });
});
