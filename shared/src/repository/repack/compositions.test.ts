import { describe, expect, it } from 'vitest';
import { type CopyRun, copyPoint, stoppedCopy } from '../../../test/repository/copying.ts';
import { checked } from '../../../test/repository/damaging.ts';
import { onStore, shownBy } from '../../../test/repository/repairing.ts';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { AppError } from '../../errors/app-error.ts';
import { utf8 } from '../bytes.ts';

const megabyte = 1024 * 1024;
/** As large as a run must be at least, and one more. */
const packBytes = 6 * megabyte;

interface Content {
  readonly itemId: string;
  readonly bytes: number;
}

/** So many files of a megabyte, and as many small ones. */
function files(count: number): readonly Content[] {
  return Array.from({ length: count }, (_, n) => [
    { itemId: `large-${n}`, bytes: megabyte },
    { itemId: `small-${n}`, bytes: 9_000 },
  ]).flat();
}

/** None is shared: all of it lies in packs of the object's own. */
function mails(count: number): readonly Content[] {
  return Array.from({ length: count }, (_, n) => ({ itemId: `mail-${n}`, bytes: 60_000 }));
}

async function backUp(
  from: TestRepository,
  sessionId: string,
  objects: Readonly<Record<string, readonly Content[]>>,
) {
  const repository = await owned(from);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const [objectId, contents] of Object.entries(objects)) {
    const writer = await session.object(anObject(objectId));
    for (const { itemId, bytes } of contents) {
      await writer.putItem(anItem(itemId), someBytes(`${sessionId} ${objectId} ${itemId}`, bytes));
    }
    await writer.finish({ syncState: utf8(sessionId), mode: 'incremental', counts: {} });
  }
  await session.commit({ done: true });
}

/** Both in one storage that puts blobs together. */
async function ends(sourcePassword?: string) {
  const from = await aRepository('source', sourcePassword);
  const to = await aRepository('target', 'password');
  to.store.composes = true;
  return { from, to };
}

function copied({ from, to }: Pick<CopyRun, 'from' | 'to'>, changes: Partial<CopyRun> = {}) {
  const sizes = { packBytes, composeBytesMin: packBytes };
  return copyPoint({ from, to, pointId: 's1', ...sizes, ...changes });
}

/** As if what is archived could be read, and with nothing of the source at hand. */
async function expectSame({ from, to }: Pick<CopyRun, 'from' | 'to'>, pointId = 's1') {
  const warm = onStore(to, to.store.fork());
  for (const name of warm.store.names('packs/')) warm.store.thawInPlace(name);
  const shown = await shownBy(await opened(warm), { jobId: 'copy', pointId: `copy-${pointId}` });
  expect(shown).toEqual(await shownBy(await opened(from), { jobId: 'job', pointId }));
  expect((await checked(warm)).filter(({ severity }) => severity !== 'note')).toEqual([]);
}

function dataBytes({ store }: TestRepository): number {
  const names = [...store.names('packs/'), ...store.names('tails/')];
  return names.reduce((sum, name) => sum + store.bytes(name).length, 0);
}

describe('the first copy of a large object', () => {
  it('is put together by the storage: hardly a byte is read, and the copy stands alone', async () => {
    const both = await ends('password');
    const { from, to } = both;
    await backUp(from, 's1', { a: mails(120), b: mails(120), c: mails(120), d: mails(120) });
    from.store.bytesRead = 0;
    const sizes = { packBytes: 12 * megabyte, composeBytesMin: packBytes };
    const { composed, damaged } = await copied(both, sizes);
    expect(damaged).toEqual([]);
    expect(composed).toBe(2);
    const read = from.store.bytesRead;
    expect(read / dataBytes(to)).toBeLessThan(0.03);
    for (const name of to.store.names('packs/')) {
      expect(to.store.bytes(name).length).toBeGreaterThan(0.95 * sizes.packBytes);
      expect(to.store.blobs.get(name)?.info.storageClass).toBe('archive');
    }
    expect(to.store.names('manifests/').length).toBe(to.store.names('packs/').length);
    await expectSame(both);
    expect(to.store.names('hint/compose')).toEqual([]);
  });

  it('leaves out what is dead, and repacks what is too little for a stretch', async () => {
    const both = await ends('password');
    const { from, to } = both;
    await backUp(from, 's0', { drive: files(14) });
    await backUp(from, 's1', { drive: files(26) });
    await copied(both);
    await expectSame(both);
    const stored = dataBytes(to);
    expect(stored).toBeLessThan(1.12 * 26.3 * megabyte);
  });

  it('is followed by incremental copies, and found again by them', async () => {
    const both = await ends('password');
    const { from, to } = both;
    await backUp(from, 's1', { drive: files(26) });
    await copied(both);
    await backUp(from, 's2', { drive: [{ itemId: 'new', bytes: 50_000 }] });
    const before = dataBytes(to);
    await copied(both, { pointId: 's2' });
    expect(dataBytes(to) - before).toBeLessThan(60_000);
    await expectSame(both, 's2');
  });

  it('is repacked when the storage refuses, which is told once', async () => {
    const both = await ends('password');
    await backUp(both.from, 's1', { drive: files(7), other: files(7) });
    const told: AppError[] = [];
    both.to.store.onCompose = () => {
      throw new AppError('E_STORAGE_DENIED', 'the source is of another account');
    };
    const { composed } = await copied(both, { onNotComposed: async (why) => void told.push(why) });
    expect(composed).toBe(0);
    expect(told.map(({ code }) => code)).toEqual(['E_STORAGE_DENIED']);
    await expectSame(both);
  });

  it('is repacked where the storage refuses later', async () => {
    const both = await ends('password');
    await backUp(both.from, 's1', { drive: files(26) });
    let calls = 0;
    both.to.store.onCompose = () => {
      calls += 1;
      if (calls === 3) throw new AppError('E_STORAGE_REFUSED', 'not this one');
    };
    const { finished } = await copied(both);
    expect(finished).toMatchObject([{ objectId: 'drive', status: 'copied', damagedItems: 0 }]);
    expect(calls).toBeGreaterThan(3);
    await expectSame(both);
  });

  it('names what the source has lost, and has the rest', async () => {
    const both = await ends('password');
    const { from } = both;
    await backUp(from, 's1', { drive: files(26) });
    const [lost = ''] = from.store.names('packs/');
    from.store.blobs.delete(lost);
    const { damaged, finished } = await copied(both);
    expect(new Set(damaged.map(({ pack }) => pack))).toEqual(new Set([lost]));
    expect(finished[0]?.damagedItems).toBeGreaterThan(0);
  });

  it.each([1, 3])('goes on after a kill with what was put together: %i packs', async (packs) => {
    const both = await ends('password');
    const { to } = both;
    await backUp(both.from, 's1', { drive: files(26) });
    const run = { packBytes, composeBytesMin: packBytes };
    await stoppedCopy({ ...both, pointId: 's1', ...run }, packs);
    await copied(both, { attempt: 2 });
    expect(dataBytes(to)).toBeLessThan(26.4 * 1.03 * megabyte);
    await expectSame(both);
  });

  it('does not take over what lay open in the source', async () => {
    const both = await ends();
    await backUp(both.from, 's1', { drive: files(26) });
    const { composed } = await copied(both);
    expect(composed).toBe(0);
    await expectSame(both);
  });

  it('survives the erasure of the object in the source', async () => {
    const both = await ends('password');
    await backUp(both.from, 's1', { drive: files(26) });
    await copied(both);
    const shown = await shownBy(await opened(both.from), { jobId: 'job', pointId: 's1' });
    for (const name of both.from.store.names('keys/')) both.from.store.blobs.delete(name);
    const warm = onStore(both.to, both.to.store.fork());
    for (const name of warm.store.names('packs/')) warm.store.thawInPlace(name);
    const found = await shownBy(await opened(warm), { jobId: 'copy', pointId: 'copy-s1' });
    expect(found).toEqual(shown);
  });
});
