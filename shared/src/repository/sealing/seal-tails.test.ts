import { describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
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
import { utf8 } from '../bytes.ts';
import { standardLimits } from '../consolidation/choose-packs.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';
import type { Repository } from '../repository.ts';

const packBytes = 1_000_000;
const dayMs = 86_400_000;

/** Items of 20 kB. */
async function backUp(from: TestRepository, sessionId: string, mailboxes: Record<string, number>) {
  const repository = await owned(from);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const [objectId, items] of Object.entries(mailboxes)) {
    const writer = await session.object(anObject(objectId));
    for (let n = 0; n < items; n += 1) {
      const itemId = `${sessionId}-${n}`;
      await writer.putItem(anItem(itemId), someBytes(`${objectId} ${itemId}`, 20_000));
    }
    await writer.finish({ syncState: utf8(sessionId), mode: 'incremental', counts: {} });
  }
  await session.commit({ done: true });
}

let runs = 0;

async function maintained(repository: Repository, all = false) {
  runs += 1;
  return maintainRepository(repository.context, {
    sessionId: `maintenance-${runs}`,
    policyOf: () => ({ policy: { type: 'snapshot' }, isAbandoned: false }),
    limits: { ...standardLimits, smallPacksMin: 1_000 },
    sealing: { storageClass: 'archive', packBytes, all },
  });
}

interface Copied {
  readonly from: TestRepository;
  readonly to: TestRepository;
}

/** Two mailboxes, copied in full and twice after that. */
async function copiedThrice(): Promise<Copied> {
  const [from, to] = [await aRepository('source'), await aRepository('target')];
  await backUp(from, 's1', { 'm-1': 60, 'm-2': 55 });
  await copyPoint({ from, to, pointId: 's1', packBytes });
  for (const pointId of ['s2', 's3']) {
    await backUp(from, pointId, { 'm-1': 12, 'm-2': 14 });
    await copyPoint({ from, to, pointId, packBytes });
  }
  return { from, to };
}

/** All points, as if what is archived could be read. */
async function expectWhole({ from, to }: Copied): Promise<void> {
  const warm = onStore(to, to.store.fork());
  for (const name of warm.store.names('packs/')) warm.store.thawInPlace(name);
  for (const pointId of ['s1', 's2', 's3']) {
    const copied = await shownBy(await opened(warm), { jobId: 'copy', pointId: `copy-${pointId}` });
    expect(copied).toEqual(await shownBy(await opened(from), { jobId: 'job', pointId }));
  }
  expect((await checked(warm)).filter(({ severity }) => severity !== 'note')).toEqual([]);
}

function bytesBelow({ store }: TestRepository, prefix: string): number {
  return store.names(prefix).reduce((sum, name) => sum + store.bytes(name).length, 0);
}

describe('tails', () => {
  it('stay hot while they are few and new, and fill packs of the archive when they are old', async () => {
    const copied = await copiedThrice();
    const { to } = copied;
    const repository = await owned(to);
    const before = to.store.names('packs/');
    expect(await maintained(repository)).toMatchObject({ sealed: { packs: 1 } });
    expect(await maintained(repository)).toMatchObject({ sealed: { packs: 0 } });
    const added = to.store.names('packs/').filter((name) => !before.includes(name));
    expect(added).toHaveLength(1);
    for (const name of added) {
      expect(to.store.blobs.get(name)?.info.storageClass).toBe('archive');
      expect(to.store.bytes(name).length / packBytes).toBeGreaterThan(0.95);
    }
    await expectWhole(copied);
    to.store.advance(8 * dayMs);
    await maintained(repository);
    await expectWhole(copied);
  });

  it('of which much was sealed are written again without it', async () => {
    const copied = await copiedThrice();
    const { to } = copied;
    const repository = await owned(to);
    const { sealed } = await maintained(repository);
    expect(sealed?.tailBytes).toBeGreaterThan(0);
    expect(bytesBelow(to, 'tails/')).toBeGreaterThan(2 * (sealed?.tailBytes ?? 0));
    for (let round = 0; round < 3; round += 1) {
      await maintained(repository);
      to.store.advance(8 * dayMs);
    }
    expect(bytesBelow(to, 'tails/')).toBeLessThan(1.5 * (sealed?.tailBytes ?? 0));
    for (const name of to.store.names('tails/'))
      expect(to.store.blobs.get(name)?.info.storageClass).toBe('hot');
    await expectWhole(copied);
  });

  it('go at once when that is asked for, and their old packs are deleted', async () => {
    const copied = await copiedThrice();
    const { to } = copied;
    const repository = await owned(to);
    await maintained(repository, true);
    await maintained(repository);
    to.store.advance(8 * dayMs);
    await maintained(repository);
    expect(to.store.names('tails/')).toEqual([]);
    expect(to.store.names('manifests/').length).toBe(to.store.names('packs/').length);
    await expectWhole(copied);
  });

  it('that somebody may be reading stay hot', async () => {
    const copied = await copiedThrice();
    const repository = await owned(copied.to);
    const untilMs = repository.log.state.headAtMs + 100 * dayMs;
    await repository.pin('reader', { jobId: 'copy', pointId: 'copy-s3' }, untilMs);
    const before = bytesBelow(copied.to, 'packs/');
    expect(await maintained(repository, true)).toMatchObject({ sealed: { packs: 0 } });
    expect(bytesBelow(copied.to, 'packs/')).toBe(before);
    await repository.unpin('reader');
    expect(await maintained(repository, true)).toMatchObject({ sealed: { packs: 2 } });
    await expectWhole(copied);
  });

  it('are found again by incremental copies after they were sealed', async () => {
    const copied = await copiedThrice();
    const { from, to } = copied;
    await maintained(await owned(to), true);
    await backUp(from, 's4', { 'm-1': 3 });
    const before = bytesBelow(to, 'tails/') + bytesBelow(to, 'packs/');
    await copyPoint({ from, to, pointId: 's4', packBytes });
    const added = bytesBelow(to, 'tails/') + bytesBelow(to, 'packs/') - before;
    expect(added).toBeLessThan(3 * 20_000 * 1.05 + 1_000);
    await expectWhole(copied);
  });

  it('are whole whenever the process dies that seals them, and the next one goes on', async () => {
    const copied = await copiedThrice();
    const { from, to } = copied;
    for (let writes = 1; ; writes += 1) {
      const store = to.store.fork();
      const dying = onStore(to, store);
      const repository = await owned(dying);
      store.writesLeft = writes;
      const died = await maintained(repository, true).then(
        () => false,
        () => true,
      );
      store.writesLeft = Number.POSITIVE_INFINITY;
      await expectWhole({ from, to: dying });
      if (!died) break;
      await maintained(await owned(dying), true);
      store.advance(8 * dayMs);
      await maintained(await owned(dying), true);
      await maintained(await owned(dying), true);
      await expectWhole({ from, to: dying });
      const left = store.names('tails/');
      expect(left.length).toBeLessThanOrEqual(to.store.names('tails/').length);
    }
  }, 120_000);
});
