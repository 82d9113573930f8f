import { describe, expect, it } from 'vitest';
import { World } from './fakes/a-world.ts';
import { anItemsPage, pageOf, viewsOf } from './fakes/asking.ts';
import { aWorldWithBackup, copy, restore, retrieve } from './fakes/cold-world.ts';
import { aPolicy, retain } from './fakes/retaining.ts';

const dayMs = 24 * 60 * 60_000;

async function aStoredWorld() {
  const world = new World();
  const { id: objectId } = world.tenant.addObject('anna');
  world.tenant.putItem(objectId, 'old', 'old mail');
  const date = new Date(world.clock.now() - dayMs).toISOString();
  world.tenant.putItem(objectId, 'young', 'young mail', { date });
  const repository = await world.repository('repository-1');
  const agent = world.start();
  await world.initialize(repository);
  await world.backup('session-1', repository);
  return { world, agent, repository, objectId };
}

async function packsOf(world: World): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of world.store('repository-1').list('packs/')) names.push(name);
  return names;
}

describe('a session of retention', () => {
  it('tells in a dry run what goes, does it, and deletes the packs after the grace', async () => {
    const { world, agent, repository, objectId } = await aStoredWorld();
    world.clock.advance(1_000);
    world.tenant.putItem(objectId, 'old', 'old mail, changed');
    world.tenant.putItem(objectId, 'young', 'young mail, changed');
    await world.backup('session-2', repository, { full: true });
    const before = await packsOf(world);
    const policy = aPolicy({ keepLast: 1 });
    const foreseen = await retain(world, repository, { sessionId: 'dry', dryRun: true, policy });
    expect(foreseen).toMatchObject({ dryRun: true, pointsExpired: 1 });
    expect(foreseen?.points).toMatchObject([{ jobId: 'job-1', restorePointId: 'session-1' }]);
    const packs = foreseen?.stored.filter(({ kind }) => kind === 'packs');
    expect(packs).toMatchObject([{ ageDays: 0, blobs: BigInt(before.length) }]);
    expect(foreseen?.newest).toMatchObject([{ jobId: 'job-1' }]);
    expect(foreseen?.newest[0]?.bytes).toBeLessThan(packs?.[0]?.bytes ?? 0n);
    expect((await world.stored(repository, 'session-1')).size).toBe(2);
    const done = await retain(world, repository, { sessionId: 'first', policy });
    expect(done).toMatchObject({ dryRun: false, pointsExpired: 1, points: foreseen?.points });
    await expect(world.stored(repository, 'session-1')).rejects.toMatchObject({
      code: 'E_POINT_NOT_FOUND',
    });
    expect(await packsOf(world)).toEqual(before);
    await agent.stop();
    world.clock.advance(8 * dayMs);
    const nextAgent = world.start();
    const later = await retain(world, repository, { sessionId: 'later', policy });
    expect(later?.deleted).not.toEqual([]);
    expect((await packsOf(world)).length).toBeLessThan(before.length);
    expect(await world.stored(repository, 'session-2')).toEqual(world.tenant.truth());
    await nextAgent.stop();
  });

  it('keeps points that are still to be copied, whatever the policy says', async () => {
    const { world, agent, repository } = await aStoredWorld();
    for (const sessionId of ['session-2', 'session-3']) {
      world.clock.advance(1_000);
      await world.backup(sessionId, repository, { full: true });
    }
    const policy = aPolicy({ keepLast: 1 });
    const run = { sessionId: 'waiting', policy, neededFrom: 'session-2' };
    const waiting = await retain(world, repository, run);
    expect(waiting?.points.map(({ restorePointId }) => restorePointId)).toEqual(['session-1']);
    expect((await world.stored(repository, 'session-2')).size).toBe(2);
    const copied = await retain(world, repository, { sessionId: 'copied', policy });
    expect(copied?.points.map(({ restorePointId }) => restorePointId)).toEqual(['session-2']);
    await agent.stop();
  });

  it('tells which restore points there are, and in a dry run does not', async () => {
    const { world, agent, repository } = await aStoredWorld();
    world.clock.advance(1_000);
    await world.backup('session-2', repository);
    const policy = aPolicy({ keepLast: 1 });
    await retain(world, repository, { sessionId: 'dry', dryRun: true, policy });
    expect(world.controller.of('dry', 'keptPoints')).toEqual([]);
    await retain(world, repository, { sessionId: 'first', policy });
    await retain(world, repository, { sessionId: 'again', policy });
    for (const run of ['first', 'again']) {
      const kept = [{ after: '', upTo: '', restorePointIds: ['session-2'] }];
      expect(world.controller.of(run, 'keptPoints')).toEqual(kept);
    }
    await agent.stop();
  });

  it('leaves a point that a retrieval has pinned to those who look through it', async () => {
    const cold = await aWorldWithBackup();
    const { world, agent } = cold;
    await copy(cold);
    await retrieve(cold);
    world.clock.advance(1_000);
    await world.backup('backup-2', cold.hot, { full: true });
    await copy(cold, 2);
    const policy = aPolicy({ keepLast: 1 });
    for (const sessionId of ['first', 'later']) {
      await retain(world, cold.cold, { sessionId, policy, jobId: 'copy-job' });
      world.clock.advance(8 * dayMs);
    }
    const ask = viewsOf(world, cold.cold);
    const point = { jobId: 'copy-job', restorePointId: 'copy-1' };
    const { answer } = await ask(anItemsPage('mailbox:anna'), point);
    expect(answer).toMatchObject({ value: { code: 'E_POINT_NOT_FOUND' } });
    const pinned = { ...point, retrievalId: 'retrieval-1' };
    expect(pageOf(await ask(anItemsPage('mailbox:anna'), pinned)).total).toBe(5);
    expect(await restore(cold)).toMatchObject({ status: 'success' });
    expect(world.tenant.imports.restored).toEqual(world.tenant.truth());
    await agent.stop();
  });
});
