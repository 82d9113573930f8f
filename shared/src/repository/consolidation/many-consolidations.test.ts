import { describe, expect, it } from 'vitest';
import { type Shown, shownBy } from '../../../test/repository/repairing.ts';
import {
  anItem,
  anObject,
  aRepository,
  opened,
  owned,
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { checkRepository } from '../check/check-repository.ts';
import { expirePoints, retireObject } from '../log/expiry.ts';
import { maintainRepository } from '../maintenance/maintain-repository.ts';
import type { Repository } from '../repository.ts';
import type { StoredSession } from '../session/stored-session.ts';
import { standardLimits } from './choose-packs.ts';

const dayMs = 86_400_000;
/** Levels of a table before they are merged. */
const levelsMax = 8;

async function put(session: StoredSession, objectId: string, itemId: string): Promise<void> {
  const writer = await session.object(anObject(objectId));
  await writer.putItem(anItem(itemId), utf8(`${objectId} ${itemId}`));
  await writer.finish({ syncState: utf8('token'), mode: 'incremental', counts: {} });
}

async function backUp(
  repository: Repository,
  sessionId: string,
  { jobId = 'job', objectId = 'mailbox' } = {},
): Promise<void> {
  const session = await repository.beginSession({ jobId, sessionId, attempt: 1 });
  await put(session, objectId, `item ${sessionId}`);
  await session.commit({ done: true });
}

async function maintain({ context }: Repository, sessionId: string) {
  return maintainRepository(context, {
    sessionId,
    policyOf: () => ({ policy: { type: 'snapshot' }, isAbandoned: false }),
    limits: { ...standardLimits, smallPacksMin: 2 },
  });
}

async function levelsOf({ context }: Repository): Promise<number> {
  return (await context.relocations.tableOf(context.log.state)).levels.length;
}

/** How often a new process reads meta packs for all items of a point. */
async function metaReads(stored: TestRepository, pointId: string): Promise<number> {
  stored.store.reads.length = 0;
  await shownBy(await opened(stored), { jobId: 'job', pointId });
  return stored.store.reads.filter((name) => name.startsWith('meta/')).length;
}

describe('many consolidations, one after the other', () => {
  it('leave every point as it was, to those who read all the time as well', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const expected = new Map<string, Shown>();
    const readers = new Map<string, Repository>();
    const levels: number[] = [];
    const reads: number[] = [];
    for (let n = 0; n < 24; n += 1) {
      const pointId = `s${n}`;
      await backUp(repository, pointId);
      expected.set(pointId, await shownBy(repository, { jobId: 'job', pointId }));
      if (n % 6 === 0) {
        const untilMs = repository.log.state.headAtMs + 1_000 * dayMs;
        await repository.pin(pointId, { jobId: 'job', pointId }, untilMs);
        readers.set(pointId, await opened(stored));
      }
      await maintain(repository, `m${n}`);
      stored.store.advance(8 * dayMs);
      levels.push(await levelsOf(repository));
      for (const [pinId, reader] of readers) {
        const shown = await shownBy(reader, { jobId: 'job', pointId: pinId, pinId });
        expect(shown).toEqual(expected.get(pinId));
      }
      reads.push(await metaReads(stored, 's0'));
    }
    for (const [pointId, shown] of expected) {
      expect(await shownBy(await opened(stored), { jobId: 'job', pointId })).toEqual(shown);
    }
    for await (const found of checkRepository(await opened(stored), { readData: true })) {
      expect(found).toBeUndefined();
    }
    // Three times over, and more than once merged.
    expect(Math.max(...levels)).toBe(levelsMax);
    expect(levels.filter((count) => count === 1).length).toBeGreaterThan(1);
    const whileFirstMerged = Math.max(...reads.slice(0, levelsMax + 1));
    expect(Math.max(...reads)).toBeLessThanOrEqual(whileFirstMerged);
  }, 120_000);
});

describe('a row of the table of moves', () => {
  it('stays while its pack is condemned: a session that knew the segment must be refused', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    // Moved, and the packs where it lay before are deleted and forgotten.
    await backUp(repository, 's1');
    await backUp(repository, 'o0', { jobId: 'other', objectId: 'other' });
    for (const sessionId of ['m1', 'm2', 'm3', 'm4']) {
      await maintain(repository, sessionId);
      stored.store.advance(8 * dayMs);
    }
    expect(repository.log.state.condemned.size).toBe(0);

    const session = await repository.beginSession({ jobId: 'job', sessionId: 's2', attempt: 1 });
    expect(await session.previous('mailbox')).toBeDefined();
    await put(session, 'mailbox', 'more');
    // Nobody else needs the segment any more.
    const { log } = repository;
    await expirePoints(log, [{ jobId: 'job', objectId: 'mailbox', sessionId: 's1' }]);
    await retireObject(log, { jobId: 'job', objectId: 'mailbox' });
    for (let n = 1; n <= 2 * levelsMax; n += 1) {
      await backUp(repository, `o${n}`, { jobId: 'other', objectId: 'other' });
      await maintain(repository, `n${n}`);
      stored.store.advance(8 * dayMs);
    }
    expect(await session.commit({ done: true })).toMatchObject({ refused: ['mailbox'] });
    for await (const { severity } of checkRepository(repository, { readData: true })) {
      expect(severity).not.toBe('error');
    }
  }, 120_000);
});
