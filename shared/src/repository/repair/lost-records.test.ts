import { beforeEach, describe, expect, it } from 'vitest';
import { copyPoint } from '../../../test/repository/copying.ts';
import { crashStates } from '../../../test/repository/crash-states.ts';
import { aStoredBackup, checked } from '../../../test/repository/damaging.ts';
import { RecordingStore } from '../../../test/repository/recording-store.ts';
import { onStore, repaired, type Shown, shownBy } from '../../../test/repository/repairing.ts';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { eraseObjects } from '../erase/erase-objects.ts';
import { collectGarbage } from '../garbage/collect-garbage.ts';
import { closeSession } from '../log/sessions.ts';
import { packsNeeded } from '../retrieve/packs-needed.ts';

const dayMs = 86_400_000;
const lost = 'E_OBJECT_STATE_LOST';
const objectIds = ['mailbox-1', 'mailbox-2'];

/** Without all that the session wrote into meta packs: catalogs and records. */
function withoutMeta(stored: TestRepository, sessionId: string): TestRepository {
  const store = stored.store.fork();
  for (const name of store.names('meta/'))
    if (name.includes(`-${sessionId}-`)) store.blobs.delete(name);
  return onStore(stored, store);
}

async function backedUp(stored: TestRepository, sessionId: string): Promise<void> {
  const repository = await owned(stored);
  const session = await repository.beginSession({ jobId: 'job', sessionId, attempt: 1 });
  for (const objectId of objectIds) {
    expect(await session.previous(objectId)).toBe(undefined);
    const writer = await session.object(anObject(objectId));
    await writer.putItem(anItem('again'), utf8('again'));
    await writer.finish({ syncState: utf8('token'), mode: 'full', counts: {} });
  }
  await session.commit({ done: true });
}

const point = async (stored: TestRepository, pointId: string) =>
  (await opened(stored)).openPoint({ jobId: 'job', pointId });

async function shown(stored: TestRepository, pointId: string): Promise<Shown> {
  return shownBy(await opened(stored), { jobId: 'job', pointId });
}

/** `<object>` and its name, or that it is lost. */
async function listed(stored: TestRepository, pointId: string): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const object of (await point(stored, pointId)).objects()) {
    found.push(`${object.displayName}${object.failure?.code === lost ? ' is lost' : ''}`);
  }
  return found;
}

/** All is sound but what is marked, and nothing is left to be repaired. */
async function expectMarked(stored: TestRepository, pointId: string): Promise<void> {
  expect((await checked(stored)).filter(({ severity }) => severity !== 'note')).toEqual([]);
  expect(await repaired(stored, { readData: true })).toEqual([]);
  const reader = await point(stored, pointId);
  for (const objectId of objectIds) {
    await expect(reader.object(objectId)).rejects.toMatchObject({ code: lost });
  }
}

describe('repair of lost records', () => {
  let stored: TestRepository;

  beforeEach(async () => {
    stored = await aStoredBackup(3);
  });

  it('marks the state, shows it as lost, and leaves all other points as they are', async () => {
    const broken = withoutMeta(stored, 's3');
    const foreseen = await repaired(broken, { dryRun: true });
    const told = await repaired(broken);
    expect(told).toEqual(foreseen);
    expect(
      told.map(({ code, severity, objectId, points }) => [code, severity, objectId, points]),
    ).toEqual(objectIds.map((objectId) => [lost, 'warning', objectId, ['job/s3']]));
    await expectMarked(broken, 's3');
    expect(await listed(broken, 's3')).toEqual([
      'Mailbox mailbox-1 is lost',
      'Mailbox mailbox-2 is lost',
    ]);
    const points = (await opened(broken)).restorePoints();
    expect(points.map(({ pointId, partial }) => [pointId, partial])).toEqual([
      ['s1', false],
      ['s2', false],
      ['s3', true],
    ]);
    for (const pointId of ['s1', 's2']) {
      expect(await shown(broken, pointId)).toEqual(await shown(stored, pointId));
    }
    expect(await packsNeeded(await point(broken, 's3'))).toEqual([]);
  });

  it('mends later points that inherit from what is lost', async () => {
    const broken = withoutMeta(stored, 's2');
    await repaired(broken);
    await expectMarked(broken, 's2');
    expect(await shown(broken, 's1')).toEqual(await shown(stored, 's1'));
    const {
      'mailbox-1/new-in-s2': _,
      'mailbox-2/new-in-s2': __,
      ...rest
    } = await shown(stored, 's3');
    expect(await shown(broken, 's3')).toMatchObject(rest);
    await collectGarbage((await owned(broken)).context);
  });

  it('lets garbage be collected again, of which nothing is needed', async () => {
    const broken = withoutMeta(stored, 's3');
    await expect(collectGarbage((await owned(broken)).context)).rejects.toMatchObject({
      code: 'E_REPOSITORY_DAMAGED',
    });
    await repaired(broken);
    const { condemned } = await collectGarbage((await owned(broken)).context);
    expect(condemned.filter((name) => name.startsWith('packs/'))).not.toEqual([]);
    expect(condemned.every((name) => name.includes('-s3-'))).toBe(true);
    broken.store.advance(8 * dayMs);
    const { deleted } = await collectGarbage((await owned(broken)).context);
    expect(deleted).toEqual(condemned);
    for (const pointId of ['s1', 's2']) {
      expect(await shown(broken, pointId)).toEqual(await shown(stored, pointId));
    }
    await expectMarked(broken, 's3');
  });

  it('lets the next backup read the object in full', async () => {
    const broken = withoutMeta(stored, 's3');
    await repaired(broken);
    await backedUp(broken, 's4');
    expect(Object.keys(await shown(broken, 's4'))).toContain('mailbox-1/again');
    await expectMarked(broken, 's3');
    await collectGarbage((await owned(broken)).context);
    expect((await checked(broken)).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('marks the only state of an object, of which nothing else is known', async () => {
    const only = await aStoredBackup(1);
    const broken = withoutMeta(only, 's1');
    await repaired(broken);
    await expectMarked(broken, 's1');
    expect(await listed(broken, 's1')).toEqual(['mailbox-1 is lost', 'mailbox-2 is lost']);
    const { context } = await owned(broken);
    const { condemned, keysDestroyed } = await collectGarbage(context);
    expect(condemned.length).toBeGreaterThan(0);
    expect(keysDestroyed).toHaveLength(2);
    await backedUp(broken, 's2');
    expect(Object.keys(await shown(broken, 's2'))).toContain('mailbox-2/again');
  });

  it('leaves the newest state alone while a session of the job is open', async () => {
    const broken = withoutMeta(stored, 's3');
    await (await owned(broken)).beginSession({ jobId: 'job', sessionId: 's4', attempt: 1 });
    const told = await repaired(broken);
    expect(told.map(({ code }) => code)).toEqual(['E_REPAIR_LEFT', 'E_REPAIR_LEFT']);
  });

  it('mends the older states while a session is open, and the newest when it has ended', async () => {
    const broken = withoutMeta(stored, 's3');
    for (const name of broken.store.names('meta/')) {
      if (name.includes('-s2-')) broken.store.blobs.delete(name);
    }
    const open = { jobId: 'job', sessionId: 's4' };
    await (await owned(broken)).beginSession({ ...open, attempt: 1 });
    const told = (await repaired(broken)).map(({ code, points }) => [code, ...points]);
    expect(told).toContainEqual([lost, 'job/s2']);
    expect(told.filter(([code]) => code === lost)).toHaveLength(objectIds.length);
    expect(await listed(broken, 's2')).toContain('Mailbox mailbox-1 is lost');
    await closeSession((await owned(broken)).context.log, open);
    expect((await repaired(broken)).map(({ code, points }) => [code, ...points])).toEqual(
      objectIds.map(() => [lost, 'job/s3']),
    );
    await expectMarked(broken, 's3');
    await expectMarked(broken, 's2');
  });

  it('takes nothing from a copy', async () => {
    const to = await aRepository('target');
    await copyPoint({ from: stored, to, pointId: 's2', storageClass: 'hot' });
    const broken = withoutMeta(stored, 's3');
    await repaired(broken);
    const { finished } = await copyPoint({ from: broken, to, pointId: 's3', storageClass: 'hot' });
    expect(finished.map(({ status, failure }) => [status, failure?.code])).toEqual(
      objectIds.map(() => ['failed', lost]),
    );
    const copied = await shownBy(await opened(to), { jobId: 'copy', pointId: 'copy-s3' });
    expect(copied).toEqual(await shown(stored, 's2'));
  });

  it('lets the object be erased', async () => {
    const broken = withoutMeta(stored, 's3');
    await repaired(broken);
    await eraseObjects((await owned(broken)).context, { objects: ['mailbox-1'] });
    expect(await listed(broken, 's3')).toEqual(['Mailbox mailbox-2 is lost']);
    expect((await checked(broken)).filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('ends sound when a repair died at any write, and is run again', async () => {
    const base = withoutMeta(stored, 's3');
    const recording = onStore(base, base.store.forkInto(new RecordingStore()));
    await repaired(recording);
    const { mutations } = recording.store as RecordingStore;
    expect(mutations.filter(({ what }) => what.startsWith('put meta/'))).not.toEqual([]);
    for await (const { name, store, late } of crashStates(base.store, mutations)) {
      const again = onStore(base, store);
      try {
        await repaired(again);
        await expectMarked(again, 's3');
        for (const mutation of late) await mutation.apply(store);
        await expectMarked(again, 's3');
      } catch (error) {
        throw new Error(`after ${name}`, { cause: error });
      }
    }
  }, 120_000);
});
