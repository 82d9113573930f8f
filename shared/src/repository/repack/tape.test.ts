import { describe, expect, it } from 'vitest';
import { copyPoint, stoppedCopy } from '../../../test/repository/copying.ts';
import { checked } from '../../../test/repository/damaging.ts';
import { shownBy } from '../../../test/repository/repairing.ts';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { readManifest } from '../pack/manifests.ts';
import { readFooter } from '../pack/read-footer.ts';
import { packsNeeded } from '../retrieve/packs-needed.ts';

const packBytes = 1_000_000;

type Mailboxes = Readonly<Record<string, number>>;

/** Items of 20 kB: so many of each mailbox, with ids of their own a session. */
async function backUp(from: TestRepository, sessionId: string, mailboxes: Mailboxes) {
  const repository = await owned(from);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const [objectId, items] of Object.entries(mailboxes)) {
    const writer = await session.object(anObject(objectId));
    for (let n = 0; n < items; n += 1) {
      const itemId = `${sessionId}-${String(n).padStart(4, '0')}`;
      await writer.putItem(anItem(itemId), someBytes(`${objectId} ${itemId}`, 20_000));
    }
    await writer.finish({ syncState: utf8(sessionId), mode: 'incremental', counts: {} });
  }
  await session.commit({ done: true });
}

function sizesOf({ store }: TestRepository, prefix: string): readonly number[] {
  return store.names(prefix).map((name) => store.bytes(name).length);
}

async function packsOf(to: TestRepository, pointId: string, objectId: string) {
  const point = await (await opened(to)).openPoint({ jobId: 'copy', pointId });
  return (await packsNeeded(point, [{ objectId }])).map(({ pack }) => pack);
}

/** As if all of it could be read: what the copy shows, in place of what the source shows. */
async function expectSameAs(from: TestRepository, to: TestRepository, pointId: string) {
  for (const name of to.store.names('packs/')) to.store.thawInPlace(name);
  const copied = await shownBy(await opened(to), { jobId: 'copy', pointId: `copy-${pointId}` });
  expect(copied).toEqual(await shownBy(await opened(from), { jobId: 'job', pointId }));
  expect((await checked(to)).filter(({ severity }) => severity !== 'note')).toEqual([]);
}

describe('first copies', () => {
  it('fill packs one after the other, and leave one tail', async () => {
    const [from, to] = [await aRepository('source'), await aRepository('target')];
    const mailboxes = { 'm-1': 130, 'm-2': 30, 'm-3': 75, 'm-4': 12 };
    await backUp(from, 's1', mailboxes);
    await copyPoint({ from, to, pointId: 's1', packBytes });
    const sizes = sizesOf(to, 'packs/');
    expect(sizes).toHaveLength(4);
    for (const size of sizes) expect(size / packBytes).toBeGreaterThan(0.95);
    expect(sizesOf(to, 'tails/')).toHaveLength(1);
    const classes = to.store
      .names()
      .map((name) => [name.split('/')[0], to.store.blobs.get(name)?.info.storageClass]);
    expect(new Set(classes.filter(([, it]) => it === 'archive').map(([kind]) => kind))).toEqual(
      new Set(['packs']),
    );
    expect(await packsOf(to, 'copy-s1', 'm-2')).toHaveLength(2);
    await expectSameAs(from, to, 's1');
  });

  it('have a manifest for each pack, which says what its footer says', async () => {
    const [from, to] = [await aRepository('source'), await aRepository('target')];
    await backUp(from, 's1', { 'm-1': 80, 'm-2': 90 });
    await copyPoint({ from, to, pointId: 's1', packBytes });
    const { keys, ports } = (await opened(to)).context;
    const access = { ...ports, footerKey: keys.derived.footers };
    for (const pack of to.store.names('packs/')) {
      const manifest = await readManifest(access, pack);
      to.store.thawInPlace(pack);
      const { length } = to.store.bytes(pack);
      expect(manifest).toEqual(await readFooter({ ...access, pack, length }));
    }
  });

  it('of very small items need no more packs than their bytes do', async () => {
    const [from, to] = [await aRepository('source'), await aRepository('target')];
    const session = await (await owned(from)).beginSession({
      ...{ jobId: 'job', sessionId: 's1', attempt: 1 },
    });
    const writer = await session.object(anObject('m-1'));
    for (let n = 0; n < 25_000; n += 1) {
      await writer.putItem(anItem(`i-${n}`), someBytes(`small ${n}`, 20));
    }
    await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
    await session.commit({ done: true });
    const { planBytes } = await copyPoint({ from, to, pointId: 's1', packBytes: 64_000_000 });
    expect(planBytes).toHaveLength(1);
    await expectSameAs(from, to, 's1');
  }, 60_000);
});

describe('what comes later', () => {
  it('waits in tails, but for what fills a pack', async () => {
    const [from, to] = [await aRepository('source'), await aRepository('target')];
    await backUp(from, 's1', { 'm-1': 60, 'm-2': 60 });
    await copyPoint({ from, to, pointId: 's1', packBytes });
    const before = to.store.names('packs/').length;
    const [tails] = [to.store.names('tails/').length];
    await backUp(from, 's2', { 'm-1': 5, 'm-2': 70 });
    await copyPoint({ from, to, pointId: 's2', packBytes });
    expect(to.store.names('packs/').length - before).toBe(1);
    expect(to.store.names('tails/').length - tails).toBe(1);
    expect(await packsOf(to, 'copy-s2', 'm-1')).toEqual(await packsOf(to, 'copy-s1', 'm-1'));
    await expectSameAs(from, to, 's2');
  });

  it('waits for nothing in a copy that is hot', async () => {
    const [from, to] = [await aRepository('source'), await aRepository('target')];
    await backUp(from, 's1', { 'm-1': 60 });
    await copyPoint({ from, to, pointId: 's1', packBytes, storageClass: 'hot' });
    expect(to.store.names('tails/')).toEqual([]);
    await expectSameAs(from, to, 's1');
  });
});

describe('a copy that was killed', () => {
  it.each([1, 3, 5])('stores nothing again that was stored: after %i packs', async (packs) => {
    const [from, to] = [await aRepository('source'), await aRepository('target')];
    await backUp(from, 's1', { 'm-1': 130, 'm-2': 30, 'm-3': 75, 'm-4': 12 });
    await stoppedCopy({ from, to, pointId: 's1', packBytes }, packs);
    const stored = to.store.names('packs/');
    await copyPoint({ from, to, pointId: 's1', packBytes, attempt: 2 });
    expect(to.store.names('packs/')).toEqual(expect.arrayContaining([...stored]));
    const total = [...sizesOf(to, 'packs/'), ...sizesOf(to, 'tails/')].reduce((a, b) => a + b, 0);
    expect(total).toBeLessThan(247 * 20_000 * 1.02 + 50_000);
    await expectSameAs(from, to, 's1');
  });

  it('does without what was deleted meanwhile', async () => {
    const [from, to] = [await aRepository('source'), await aRepository('target')];
    await backUp(from, 's1', { 'm-1': 130 });
    await stoppedCopy({ from, to, pointId: 's1', packBytes }, 2);
    const [pack = ''] = to.store.names('packs/');
    to.store.blobs.delete(pack);
    await copyPoint({ from, to, pointId: 's1', packBytes, attempt: 2 });
    await expectSameAs(from, to, 's1');
  });
});
