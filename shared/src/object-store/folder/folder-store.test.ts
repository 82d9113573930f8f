import { chmod, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../time/manual-clock.ts';
import { describeBlobStore } from '../object-store.contract.ts';
import { FolderStore } from './folder-store.ts';

const makeFolder = () => mkdtemp(join(tmpdir(), 'firn-folder-store-'));

describeBlobStore('FolderStore', async () => {
  const folder = await makeFolder();
  const clock = new ManualClock(1_000);
  return {
    store: new FolderStore({ folder, clock, rehydrateMs: 60_000 }),
    showsRehydrating: true,
    finishRehydrations: async () => clock.advance(60_000),
    close: () => rm(folder, { recursive: true }),
  };
});

describe('FolderStore', () => {
  let folder: string;
  let store: FolderStore;
  beforeEach(async () => {
    folder = await makeFolder();
    store = new FolderStore({ folder });
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps a blob as a plain file of its name', async () => {
    await store.put('packs/p1', Buffer.from('bytes'));
    expect(await readFile(join(folder, 'packs/p1'), 'utf8')).toBe('bytes');
  });

  it('leaves no temporary files, also after a failed put', async () => {
    await store.put('log/1', Buffer.from('a'), { ifAbsent: true });
    await store.put('log/1', Buffer.from('b'), { ifAbsent: true }).catch(() => {});
    expect(await readdir(join(folder, '.firn-tmp'))).toEqual([]);
  });

  it('lists neither its marks nor what a crash left behind', async () => {
    await store.put('a', Buffer.from('a'), { storageClass: 'archive' });
    await mkdir(join(folder, '.firn-tmp', 'left-behind'), { recursive: true });
    const names: string[] = [];
    for await (const info of store.list('')) names.push(info.name);
    expect(names).toEqual(['a']);
  });

  it('lets a hot put replace an archived blob', async () => {
    await store.put('a', Buffer.from('old'), { storageClass: 'archive' });
    await store.put('a', Buffer.from('new'));
    expect((await store.get('a')).info.storageClass).toBe('hot');
  });

  it('shows the same classes to another process', async () => {
    await store.put('a', Buffer.from('a'), { storageClass: 'archive' });
    const other = new FolderStore({ folder });
    await expect(other.get('a')).rejects.toMatchObject({ code: 'E_BLOB_ARCHIVED' });
    await other.copy('a', 'b', { storageClass: 'hot' });
    expect(Buffer.from((await store.get('b')).bytes).toString()).toBe('a');
  });

  describe('reads ranges into given memory', () => {
    const range = { offset: 2, length: 3 };
    const read = async (name: string) => {
      const target = new Uint8Array(new SharedArrayBuffer(3));
      await store.readInto(name, range, target);
      return Buffer.from(target).toString();
    };
    const put = (text: string, storageClass: 'hot' | 'cool' | 'archive' = 'hot') =>
      store.put('packs/p1', Buffer.from(text), { storageClass });

    it('exactly', async () => {
      await put('0123456');
      expect(await read('packs/p1')).toBe('234');
      expect(await Promise.all([read('packs/p1'), read('packs/p1')])).toEqual(['234', '234']);
    });

    it('of a blob of another class that can be read', async () => {
      await put('0123456', 'cool');
      expect(await read('packs/p1')).toBe('234');
    });

    it('of a blob that replaced the one that was read before', async () => {
      await put('0123456');
      await read('packs/p1');
      await put('abcdefg');
      expect(await read('packs/p1')).toBe('cde');
    });

    it('and refuses what was archived or deleted since it was read', async () => {
      await put('0123456');
      await read('packs/p1');
      await put('0123456', 'archive');
      await expect(read('packs/p1')).rejects.toMatchObject({ code: 'E_BLOB_ARCHIVED' });
      await store.delete('packs/p1');
      await expect(read('packs/p1')).rejects.toMatchObject({ code: 'E_BLOB_NOT_FOUND' });
    });

    it('and says that a blob is too short', async () => {
      await put('0123');
      await expect(read('packs/p1')).rejects.toMatchObject({ code: 'E_BLOB_NOT_FOUND' });
    });

    it('of more blobs than it keeps open', async () => {
      const names = Array.from({ length: 40 }, (_, n) => `packs/p${n}`);
      for (const [n, name] of names.entries()) await store.put(name, Buffer.from(`ab${n + 100}`));
      const wanted = names.map((_, n) => `${n + 100}`);
      expect(await Promise.all(names.map(read))).toEqual(wanted);
      for (const [n, name] of names.entries()) expect(await read(name)).toBe(wanted[n]);
    });
  });

  it('refuses what it cannot keep: a retention', async () => {
    const put = store.put('a', Buffer.from('a'), { retainUntilMs: Date.now() + 60_000 });
    await expect(put).rejects.toMatchObject({ code: 'E_STORAGE_NO_LOCKS' });
    expect(await store.head('a')).toBeUndefined();
  });

  it('lists an absent folder as empty', async () => {
    const absent = new FolderStore({ folder: join(folder, 'absent') });
    const names: string[] = [];
    for await (const info of absent.list('')) names.push(info.name);
    expect(names).toEqual([]);
  });

  // The super-user may write everywhere.
  it.skipIf(process.getuid?.() === 0)('says when it may not write', async () => {
    await chmod(folder, 0o500);
    await expect(store.put('a', Buffer.from('a'))).rejects.toMatchObject({
      code: 'E_STORAGE_DENIED',
    });
    await chmod(folder, 0o700);
  });

  it('says when the folder is no folder', async () => {
    await store.put('file', Buffer.from('a'));
    const broken = new FolderStore({ folder: join(folder, 'file') });
    await expect(broken.put('a', Buffer.from('a'))).rejects.toMatchObject({
      code: 'E_STORAGE_UNAVAILABLE',
    });
  });
});
