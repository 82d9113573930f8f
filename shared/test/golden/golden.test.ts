/** What was written once is read as long as there is Firn. shared/testdata/README.md says what to do when it is not. */
import { beforeAll, describe, expect, it } from 'vitest';
import { standardLimits } from '../../src/repository/consolidation/choose-packs.ts';
import { maintainRepository } from '../../src/repository/maintenance/maintain-repository.ts';
import { copyPoint } from '../repository/copying.ts';
import { checked } from '../repository/damaging.ts';
import { onStore } from '../repository/repairing.ts';
import { anItem, anObject, owned, type TestRepository } from '../repository/test-repository.ts';
import { mailWithReport } from './golden-contents.ts';
import {
  type GoldenPoints,
  goldenPoints,
  goldenRepository,
  pointsOf,
} from './golden-repository.ts';

/** As if everything that is archived had been thawed. */
async function problemsOf(stored: TestRepository) {
  const warm = onStore(stored, stored.store.fork());
  for (const pack of warm.store.names('packs/')) warm.store.thawInPlace(pack);
  const found = await checked(warm);
  return found.filter(({ severity }) => severity !== 'note');
}

/** Every point of before shows what it showed. */
async function expectKept(stored: TestRepository, before: GoldenPoints): Promise<GoldenPoints> {
  const after = await pointsOf(stored);
  expect(after).toMatchObject(before);
  expect(await problemsOf(stored)).toEqual([]);
  return after;
}

/** Of one mailbox, as a later version does. */
async function backUpMore(stored: TestRepository): Promise<void> {
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId: 'more', attempt: 1 });
  const previous = await session.previous('mailbox-1');
  expect(previous?.syncState.length).toBeGreaterThan(0);
  const writer = await session.object(anObject('mailbox-1'));
  await writer.putItem(anItem('new'), mailWithReport('something new'));
  await writer.moveItem(anItem('moved', { folderId: 'inbox', changeKey: 'key-3' }));
  await writer.removeItem('empty');
  await writer.finish({ syncState: Buffer.from('more'), mode: 'incremental', counts: {} });
  await session.commit({ done: true });
}

async function maintained(stored: TestRepository): Promise<void> {
  await maintainRepository((await owned(stored)).context, {
    sessionId: 'maintenance-of-now',
    policyOf: () => ({ policy: { type: 'snapshot', keepLast: 99 }, isAbandoned: false }),
    limits: { ...standardLimits, smallPacksMin: 2 },
    sealing: { storageClass: 'archive', packBytes: 15_000, all: true },
  });
}

describe.each(['encrypted-backup', 'open-backup', 'archived-copy'])(
  'the repository %s of an earlier version',
  (name) => {
    let stored: TestRepository;
    let points: GoldenPoints;
    beforeAll(async () => {
      stored = await goldenRepository(name);
      points = await goldenPoints(name);
    });

    it('shows what it showed', async () => {
      expect(Object.keys(points).length).toBeGreaterThan(1);
      expect(await pointsOf(stored)).toEqual(points);
    });

    it('is found sound, with all its data', async () => {
      expect(await problemsOf(stored)).toEqual([]);
    });

    it('is maintained', async () => {
      const forked = onStore(stored, stored.store.fork());
      await maintained(forked);
      await expectKept(forked, points);
    });
  },
);

describe.each(['encrypted-backup', 'open-backup'])(
  'the backup %s of an earlier version',
  (name) => {
    it('is gone on with, and stores nothing again that it has', async () => {
      const stored = await goldenRepository(name);
      const before = stored.store.names('packs/');
      await backUpMore(stored);
      const after = await expectKept(stored, await goldenPoints(name));
      expect(Object.keys(after['job/more'] ?? {})).toContain('mailbox-1/new');
      const added = stored.store.names('packs/').filter((pack) => !before.includes(pack));
      expect(added).toHaveLength(1);
      await maintained(stored);
      await expectKept(stored, after);
    });
  },
);

describe('the copy archived-copy of an earlier version', () => {
  it('is gone on with from the backup of that version', async () => {
    const from = await goldenRepository('encrypted-backup');
    const to = await goldenRepository('archived-copy');
    await backUpMore(from);
    await copyPoint({ from, to, pointId: 'more', packBytes: 15_000 });
    const after = await expectKept(to, await goldenPoints('archived-copy'));
    expect(after['copy/copy-more']).toEqual((await pointsOf(from))['job/more']);
  });
});
