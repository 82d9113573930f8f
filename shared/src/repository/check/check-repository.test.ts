import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import {
  aDamagedCopy,
  aStoredBackup,
  checked,
  flipped,
} from '../../../test/repository/damaging.ts';
import { aRepository, opened } from '../../../test/repository/test-repository.ts';
import { MemorySharedChunkIndex } from '../shared-chunks/memory-shared-chunk-index.ts';
import type { CheckPosition } from './position.ts';

const structureOnly = { readData: false } as const;

describe('check', () => {
  it('finds nothing in a sound repository', async () => {
    expect(await checked(await aStoredBackup())).toEqual([]);
  });

  it('looks for what damage affects only where there is some, not once for each pack', async () => {
    class CountingIndex extends MemorySharedChunkIndex {
      calls = 0;

      override forgetPacks(packs: Iterable<string>): Promise<void> {
        this.calls += 1;
        return super.forgetPacks(packs);
      }
    }
    const callsOf = async (points: number) => {
      const sharedChunks = new CountingIndex();
      expect(await checked({ ...(await aStoredBackup(points)), sharedChunks })).toEqual([]);
      return sharedChunks.calls;
    };
    expect(await callsOf(8)).toBe(await callsOf(2));
  });

  it('reads no data pack unless told to, and says so', async () => {
    const stored = await aStoredBackup();
    stored.store.reads.length = 0;
    expect(await checked(stored, structureOnly)).toMatchObject([
      { severity: 'note', code: 'E_PACKS_NOT_READ' },
    ]);
    expect(stored.store.reads.filter((name) => name.startsWith('packs/'))).toEqual([]);
    // To open and to check: header and log are read twice; the rest once.
    const others = stored.store.names().filter((name) => !name.startsWith('packs/'));
    expect(stored.store.reads.length).toBeLessThanOrEqual(2 * others.length + 4);
  });

  it('finds without reading data what a listing shows: a missing and a cut pack', async () => {
    const stored = await aStoredBackup();
    for (const pack of stored.store.names('packs/')) {
      const cut = stored.store.bytes(pack).subarray(0, 80);
      const gone = aDamagedCopy(stored, (store) => store.blobs.delete(pack));
      const short = aDamagedCopy(stored, (store) => store.set(pack, cut));
      expect(await checked(gone, structureOnly)).toContainEqual(
        expect.objectContaining({ severity: 'error', code: 'E_PACK_MISSING', blob: pack }),
      );
      expect(await checked(short, structureOnly)).toContainEqual(
        expect.objectContaining({ severity: 'error', code: 'E_PACK_LENGTH', blob: pack }),
      );
    }
  });

  it('names the object, the items and the points that a damaged frame affects, and no others', async () => {
    const stored = await aStoredBackup();
    const pack = stored.store
      .names('packs/')
      .find((name) => stored.store.bytes(name).length > 1_000_000);
    const bytes = stored.store.bytes(pack ?? '');
    const broken = aDamagedCopy(stored, (store) => {
      store.set(pack ?? '', flipped(bytes, bytes.length - 400_000));
    });
    const found = await checked(broken);
    expect(found.flatMap(({ items }) => items)).toEqual(['large']);
    expect(found[0]).toMatchObject({
      ...{ severity: 'error', code: 'E_PACK_DAMAGED', blob: pack },
      points: ['job/s1', 'job/s2'],
    });
  });

  it('goes on behind a damaged log entry, and finds what is damaged beside it', async () => {
    const stored = await aStoredBackup();
    const [pack = ''] = stored.store.names('packs/');
    const broken = aDamagedCopy(stored, (store) => {
      store.set('log/000000000001', flipped(store.bytes('log/000000000001'), 30));
      store.blobs.delete(pack);
    });
    const blobs = (await checked(broken)).map(({ blob }) => blob);
    expect(blobs).toEqual(expect.arrayContaining(['log/000000000001', pack]));
  });

  it('goes on behind a damaged object to the other ones', async () => {
    const stored = await aStoredBackup();
    const keys = stored.store.names('keys/').filter((name) => !name.includes('shared'));
    const broken = aDamagedCopy(stored, (store) => store.blobs.delete(keys[0] ?? ''));
    const found = await checked(broken, structureOnly);
    const objects = new Set(found.map(({ objectId }) => objectId).filter(Boolean));
    expect(objects.size).toBe(1);
    expect(found.filter(({ code }) => code === 'E_OBJECT_DAMAGED')).not.toEqual([]);
  });

  it('finds that the newest entries were removed by the head that somebody else kept', async () => {
    const stored = await aStoredBackup();
    const knownHead = (await opened(stored)).head();
    const newest = stored.store.names('log/').at(-1) ?? '';
    const cut = aDamagedCopy(stored, (store) => store.blobs.delete(newest));
    expect(await checked(cut, { knownHead })).toContainEqual(
      expect.objectContaining({ severity: 'error', code: 'E_LOG_CUT_OFF', blob: newest }),
    );
    expect(await checked(stored, { knownHead })).toEqual([]);
  });

  it('says of cold packs that only existence, length and class were checked', async () => {
    const from = await aStoredBackup();
    const to = await aRepository('target');
    await copyPoint({ from, to, pointId: 's2' });
    expect(await checked(to)).toMatchObject([{ severity: 'note', code: 'E_PACKS_NOT_READ' }]);
    const [pack = ''] = to.store.names('packs/');
    const bytes = to.store.bytes(pack);
    const cut = aDamagedCopy(to, (store) => store.set(pack, bytes.subarray(0, -1), 'archive'));
    const gone = aDamagedCopy(to, (store) => store.blobs.delete(pack));
    for (const broken of [cut, gone]) {
      const errors = (await checked(broken)).filter(({ severity }) => severity === 'error');
      expect(errors.map(({ blob }) => blob)).toContain(pack);
      expect(errors.every((error) => error.items.length > 0)).toBe(true);
    }
  });

  it('reads a sample of whole packs by a seed, the same for the same seed', async () => {
    const stored = await aStoredBackup(12);
    const packsRead = async (seed: string) => {
      stored.store.reads.length = 0;
      await checked(stored, { sample: { percent: 40, seed } });
      return [...new Set(stored.store.reads.filter((name) => name.startsWith('packs/')))].sort();
    };
    const packs = stored.store.names('packs/').length;
    const first = await packsRead('1');
    expect(first.length).toBeGreaterThan(0);
    expect(first.length).toBeLessThan(packs);
    expect(await packsRead('1')).toEqual(first);
    expect(await packsRead('2')).not.toEqual(first);
  });

  it('gives the same findings in the same order again', async () => {
    const stored = await aStoredBackup();
    const broken = aDamagedCopy(stored, (store) => {
      for (const name of store.names('packs/')) store.set(name, store.bytes(name).subarray(5));
    });
    expect(await checked(broken)).toEqual(await checked(broken));
  });

  it('goes on behind any position, and tells every finding once', async () => {
    const stored = await aStoredBackup(4);
    const broken = aDamagedCopy(stored, (store) => {
      for (const name of store.names()) {
        if (!/^(packs|meta)/.test(name)) continue;
        store.set(name, flipped(store.bytes(name), store.bytes(name).length >> 1));
      }
    });
    const whole = await checked(broken);
    const positions: CheckPosition[] = [];
    let told = 0;
    const toldAt: number[] = [];
    const found = await checked(broken, {
      onProgress: ({ position }) => {
        positions.push(position);
        toldAt.push(told);
      },
      onFinding: () => {
        told += 1;
      },
    });
    expect(found).toEqual(whole);
    for (const [at, after] of positions.entries()) {
      expect(await checked(broken, { after })).toEqual(whole.slice(toldAt[at]));
    }
  });
});
