import { beforeAll, describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { aDamagedCopy, checked, flipped } from '../../../test/repository/damaging.ts';
import {
  damageRuns,
  expectMended,
  onStore,
  repaired,
  type Shown,
  shownByAll,
} from '../../../test/repository/repairing.ts';
import { rotated } from '../../../test/repository/rotating.ts';
import {
  anItem,
  anObject,
  aRepository,
  owned,
  someBytes,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { standardLimits } from '../consolidation/choose-packs.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';

const dayMs = 86_400_000;
const objectIds = ['mailbox-1', 'mailbox-2'];

/** What a session stores of an object; items of the same name change, and one is shared. */
function itemsOf(n: number, objectId: string): Readonly<Record<string, Uint8Array>> {
  return {
    shared: someBytes('shared', 90_000),
    [`own-${n}`]: someBytes(`${objectId} own ${n}`, 300_000),
    [`small-${n}`]: utf8(`${objectId} small ${n}`),
    changing: utf8(`${objectId} in ${n}`),
  };
}

/** Points s1 to s4, each of which adds items and changes one. s4 also removes one. */
async function backedUp(stored: TestRepository, sessions = [1, 2, 3, 4]): Promise<TestRepository> {
  const repository = await owned(stored);
  for (const n of sessions) {
    const session = await repository.beginSession({ jobId: 'job', sessionId: `s${n}`, attempt: 1 });
    for (const objectId of objectIds) {
      const writer = await session.object(anObject(objectId));
      for (const [itemId, content] of Object.entries(itemsOf(n, objectId))) {
        await writer.putItem(anItem(itemId), content);
      }
      if (n === 4) await writer.removeItem('small-2');
      await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
    }
    await session.commit({ done: true });
  }
  return stored;
}

/** s1 has expired, and is kept by a pin alone. */
async function withPin(stored: TestRepository): Promise<TestRepository> {
  const repository = await owned(stored);
  const untilMs = repository.log.state.headAtMs + 1_000 * dayMs;
  await repository.pin('kept', { jobId: 'job', pointId: 's1' }, untilMs);
  await maintain(stored, 'm0', { keepLast: 3, smallPacksMin: 1_000 });
  return stored;
}

interface Maintaining {
  readonly keepLast: number;
  readonly smallPacksMin?: number;
}

async function maintain(stored: TestRepository, sessionId: string, options: Maintaining) {
  const { keepLast, smallPacksMin = 2 } = options;
  const { context } = await owned(stored);
  return maintainRepository(context, {
    sessionId,
    policyOf: () => ({ policy: { type: 'snapshot', keepLast }, isAbandoned: false }),
    limits: { ...standardLimits, smallPacksMin },
  });
}

const packsOf = ({ store }: TestRepository, prefix = 'packs/') => store.names(prefix);

describe('repair of all points', () => {
  let stored: TestRepository;
  let before: Readonly<Record<string, Shown>>;

  beforeAll(async () => {
    stored = await withPin(await backedUp(await aRepository()));
    before = await shownByAll(stored);
  });

  it('has points and a pin to mend', () => {
    expect(Object.keys(before)).toEqual(['job/s2', 'job/s3', 'job/s4', 'pin kept']);
  });

  it('mends every point when any one data pack is gone, and names every item of it', async () => {
    const lostOfAll = new Set<string>();
    for (const pack of packsOf(stored)) {
      const broken = aDamagedCopy(stored, (store) => store.blobs.delete(pack));
      const told = await repaired(broken);
      for (const name of await expectMended(broken, before, told)) lostOfAll.add(name);
    }
    expect(lostOfAll).toContain('mailbox-1/shared');
    expect(lostOfAll).toContain('mailbox-2/shared');
    expect(lostOfAll).toContain('mailbox-1/own-1');
  });

  it('mends every point when a byte of any data pack is wrong', async () => {
    for (const pack of packsOf(stored)) {
      const broken = aDamagedCopy(stored, (store) => {
        const bytes = store.bytes(pack);
        store.set(pack, flipped(bytes, Math.floor(bytes.length / 2)));
      });
      await expectMended(broken, before, await repaired(broken, { readData: true }));
    }
  });

  it.each(['index', 'table'] as const)('finds everything again without any %s', async (kind) => {
    const broken = onStore(stored, await damageRuns(stored, kind));
    const lost = await expectMended(broken, before, await repaired(broken));
    expect([...lost]).toEqual([]);
  });

  it('lets garbage be collected again, and consolidation moves what was mended', async () => {
    const broken = onStore(stored, await damageRuns(stored, 'table'));
    await expect(maintain(broken, 'm1', { keepLast: 3 })).rejects.toMatchObject({
      code: 'E_REPOSITORY_DAMAGED',
    });
    await repaired(broken);
    await maintain(broken, 'm2', { keepLast: 3 });
    broken.store.advance(8 * dayMs);
    await maintain(broken, 'm3', { keepLast: 3 });
    expect(await shownByAll(broken)).toEqual(before);
    expect((await checked(broken)).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('mends older states of an object upon whose newest one an open session builds', async () => {
    const broken = onStore(stored, await damageRuns(stored, 'index'));
    const writing = await (await owned(broken)).beginSession({
      ...{ jobId: 'job', sessionId: 's5', attempt: 1 },
    });
    const told = await repaired(broken);
    expect(told.map(({ code, objectId }) => [code, objectId])).toEqual(
      objectIds.flatMap((objectId) => [
        ['E_REPAIR_LEFT', objectId],
        ['E_REPAIR_DONE', objectId],
      ]),
    );
    expect(told[0]?.message).toContain(writing.sessionId);
  });

  it('writes what is damaged, whatever the number of points', async () => {
    const pack = packsOf(stored).at(0) ?? '';
    const broken = aDamagedCopy(stored, (store) => store.blobs.delete(pack));
    const names = new Set(broken.store.names());
    await repaired(broken);
    const written = broken.store.names().filter((name) => !names.has(name));
    expect(written.filter((name) => !name.startsWith('log/'))).toHaveLength(1);
  });
});

describe('repair of objects with keys of two epochs', () => {
  let stored: TestRepository;
  let before: Readonly<Record<string, Shown>>;

  beforeAll(async () => {
    const old = await backedUp(await aRepository(), [1, 2]);
    stored = { ...old, rootKey: await rotated(old, old.rootKey) };
    // Rows of the mended states of s1 and s2 lie under a key that neither of them has.
    await backedUp(stored, [3]);
    before = await shownByAll(stored);
  });

  it.each(['-s1-', '-s2-', '-s3-'])('mends all points without packs of %s', async (session) => {
    const packs = packsOf(stored).filter((name) => name.includes(session));
    const broken = aDamagedCopy(stored, (store) => {
      for (const pack of packs) store.blobs.delete(pack);
    });
    const lost = await expectMended(broken, before, await repaired(broken));
    expect([...lost]).toContain(`mailbox-1/own-${session.at(2)}`);
  });

  it('finds everything again without any index', async () => {
    const broken = onStore(stored, await damageRuns(stored, 'index'));
    expect([...(await expectMended(broken, before, await repaired(broken)))]).toEqual([]);
  });
});

describe('repair of moved segments', () => {
  let stored: TestRepository;
  let before: Readonly<Record<string, Shown>>;

  beforeAll(async () => {
    stored = await backedUp(await aRepository());
    for (const sessionId of ['m1', 'm2', 'm3']) {
      await maintain(stored, sessionId, { keepLast: 4 });
      stored.store.advance(8 * dayMs);
    }
    before = await shownByAll(stored);
    expect(packsOf(stored).some((name) => name.includes('-m1-'))).toBe(true);
  });

  it('marks what lay in a consolidated pack', async () => {
    for (const pack of packsOf(stored)) {
      const broken = aDamagedCopy(stored, (store) => store.blobs.delete(pack));
      const lost = await expectMended(broken, before, await repaired(broken));
      expect(lost.size).toBeGreaterThan(0);
    }
  });

  it('rebuilds a lost table of moves from the footers of packs', async () => {
    const pack = packsOf(stored, 'meta/').find((name) => name.includes('-m1-')) ?? '';
    const broken = aDamagedCopy(stored, (store) => store.blobs.delete(pack));
    const foreseen = await repaired(broken, { dryRun: true });
    expect(foreseen).toMatchObject([{ code: 'E_REPAIR_DONE', blob: 'meta/' }]);
    const told = await repaired(broken);
    expect(told).toEqual(foreseen);
    expect([...(await expectMended(broken, before, told))]).toEqual([]);
  });
});

describe('repair of a copy in the archive', () => {
  let copy: TestRepository;

  beforeAll(async () => {
    const from = await backedUp(await aRepository('source'));
    copy = await aRepository('target');
    for (const pointId of ['s2', 's4']) await copyPoint({ from, to: copy, pointId });
  });

  it('calls nothing lost that may lie in a pack of which nothing can be read', async () => {
    for (const kind of ['index', 'table'] as const) {
      const broken = onStore(copy, await damageRuns(copy, kind));
      for (const manifest of packsOf(broken, 'manifests/')) broken.store.blobs.delete(manifest);
      const blobs = broken.store.names();
      const told = await repaired(broken, { readData: true });
      expect(new Set(told.map(({ code }) => code))).toEqual(new Set(['E_REPAIR_LEFT']));
      expect(told.flatMap(({ items }) => items)).toContain('own-1');
      expect(broken.store.names().filter((name) => !blobs.includes(name))).toEqual([
        expect.stringMatching(/^log\//),
      ]);
    }
  });

  it('marks what lay in a pack that is gone', async () => {
    for (const pack of packsOf(copy)) {
      const broken = aDamagedCopy(copy, (store) => store.blobs.delete(pack));
      const told = await repaired(broken);
      expect(told.some(({ code }) => code === 'E_REPAIR_ITEMS_LOST')).toBe(true);
      expect((await checked(broken)).filter(({ severity }) => severity !== 'note')).toEqual([]);
      expect(await repaired(broken)).toEqual([]);
    }
  });

  it('is filled again by the next copy', async () => {
    const from = await backedUp(await aRepository('source'), [1]);
    const to = await aRepository('target');
    await copyPoint({ from, to, pointId: 's1', storageClass: 'hot' });
    const [pack = ''] = packsOf(to);
    const broken = aDamagedCopy(to, (store) => store.blobs.delete(pack));
    const before = (await shownByAll(to))['copy/copy-s1'];
    await repaired(broken);
    await backedUp(from, [2]);
    await copyPoint({ from, to: broken, pointId: 's2', storageClass: 'hot' });
    expect((await shownByAll(broken))['copy/copy-s2']).toMatchObject({
      'mailbox-1/own-1': before?.['mailbox-1/own-1'],
    });
  });
});
