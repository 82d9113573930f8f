import type { RepositoryRef, RetentionPolicy } from '@firn/shared/gen/firn/link/v1/work';
import { describe, expect, it } from 'vitest';
import { World } from './fakes/a-world.ts';
import { anItemsPage, aSearch, pageOf, viewsOf } from './fakes/asking.ts';

const dayMs = 24 * 60 * 60_000;

function aPolicy(policy: Partial<RetentionPolicy>): RetentionPolicy {
  return { type: 'snapshot', keepCount: 0, keepUnit: '', keepLast: 0, ...policy };
}

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

async function retain(
  world: World,
  repository: RepositoryRef,
  { sessionId = '', dryRun = false, policy }: RunRetention,
) {
  const jobs = [{ jobId: 'job-1', policy }];
  const value = { repository, jobs, defaultPolicy: policy, dryRun };
  const end = await world.controller.assign(
    sessionId,
    { $case: 'retention', value },
    world.secrets,
  );
  expect(end).toMatchObject({ status: 'success' });
  const [done] = world.controller.of(sessionId, 'retention');
  return done;
}

interface RunRetention {
  readonly sessionId?: string;
  readonly dryRun?: boolean;
  readonly policy: RetentionPolicy;
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

  it('by items hides what is too old from views that have it in their cache', async () => {
    const { world, agent, repository, objectId } = await aStoredWorld();
    const ask = viewsOf(world, repository);
    const seen = async () => {
      const listed = pageOf(await ask(anItemsPage(objectId), 'session-1'));
      const found = pageOf(await ask(aSearch({ text: 'subject' }), 'session-1'));
      const idsOf = ({ items }: typeof listed) => items.map((item) => item['itemId']).toSorted();
      return { listed: idsOf(listed), total: listed.total, found: idsOf(found) };
    };
    const both = ['old', 'young'];
    expect(await seen()).toEqual({ listed: both, total: 2, found: both });
    const policy = aPolicy({ type: 'item', keepCount: 30, keepUnit: 'days' });
    await retain(world, repository, { sessionId: 'items', policy });
    world.clock.advance(60_000);
    expect(await seen()).toEqual({ listed: ['young'], total: 1, found: ['young'] });
    await agent.stop();
  });
});
