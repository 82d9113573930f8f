import { describe, expect, it } from 'vitest';
import { World } from './fakes/a-world.ts';
import { anItemsPage, aSearch, pageOf, viewsOf } from './fakes/asking.ts';
import { copy, restore } from './fakes/cold-world.ts';
import { anItemPolicy, retain } from './fakes/retaining.ts';

const dayMs = 24 * 60 * 60_000;
const policy = anItemPolicy(30);

function daysAgo(world: World, days: number) {
  return { date: new Date(world.clock.now() - days * dayMs).toISOString() };
}

/** A mailbox with an old and a young item, both stored before anybody spoke of retention. */
async function aStoredWorld() {
  const world = new World();
  const { id: objectId } = world.tenant.addObject('anna');
  world.tenant.putItem(objectId, 'old', 'old mail', daysAgo(world, 300));
  world.tenant.putItem(objectId, 'young', 'young mail', daysAgo(world, 1));
  const hot = await world.repository('hot-1');
  const cold = await world.repository('cold-1');
  const agent = world.start();
  await world.initialize(hot);
  await world.initialize(cold);
  await world.backup('backup-1', hot);
  return { world, agent, hot, cold, objectId };
}

type Stored = Awaited<ReturnType<typeof aStoredWorld>>;

/** Of the object at a point, without a cut-off on reading. */
async function rowsOf({ world, hot, objectId }: Stored, pointId: string): Promise<number> {
  const point = await world.point(hot, pointId);
  return (await point.object(objectId)).object.items;
}

describe('retention by items', () => {
  it('hides what is too old from pages and search that have it in their cache', async () => {
    const { world, agent, hot, objectId } = await aStoredWorld();
    const ask = viewsOf(world, hot);
    const seen = async () => {
      const listed = pageOf(await ask(anItemsPage(objectId), 'backup-1'));
      const found = pageOf(await ask(aSearch({ text: 'subject' }), 'backup-1'));
      const idsOf = ({ items }: typeof listed) => items.map((item) => item['itemId']).toSorted();
      return { listed: idsOf(listed), total: listed.total, found: idsOf(found) };
    };
    const both = ['old', 'young'];
    expect(await seen()).toEqual({ listed: both, total: 2, found: both });
    await retain(world, hot, { sessionId: 'items', policy });
    world.clock.advance(60_000);
    expect(await seen()).toEqual({ listed: ['young'], total: 1, found: ['young'] });
    await agent.stop();
  });

  it('neither fetches nor stores what is too old', async () => {
    const { world, agent, hot } = await aStoredWorld();
    const { id } = world.tenant.addObject('ben');
    world.tenant.putItem(id, 'of-last-year', 'old mail', daysAgo(world, 300));
    world.tenant.putItem(id, 'of-today', 'new mail', daysAgo(world, 0));
    await world.backup('backup-2', hot, { retention: policy });
    expect(world.tenant.reads).not.toContain('of-last-year');
    expect([...(await world.stored(hot, 'backup-2')).keys()]).toContain(`${id}/of-today`);
    expect([...(await world.stored(hot, 'backup-2')).keys()]).not.toContain(`${id}/of-last-year`);
    await agent.stop();
  });

  it('drops the rows of what is too old with the next backup of the object', async () => {
    const stored = await aStoredWorld();
    const { world, agent, hot, objectId } = stored;
    await retain(world, hot, { sessionId: 'items', policy });
    world.tenant.putItem(objectId, 'new', 'new mail', daysAgo(world, 0));
    await world.backup('backup-2', hot, { retention: policy });
    expect(await rowsOf(stored, 'backup-1')).toBe(2);
    expect(await rowsOf(stored, 'backup-2')).toBe(2);
    const kept = [...(await world.stored(hot, 'backup-2')).keys()];
    expect(kept.toSorted()).toEqual([`${objectId}/new`, `${objectId}/young`]);
    await agent.stop();
  });

  it('copies nothing that is too old', async () => {
    const stored = await aStoredWorld();
    const { world, agent, hot, cold, objectId } = stored;
    await retain(world, hot, { sessionId: 'items', policy });
    expect(await copy(stored)).toMatchObject({ status: 'success' });
    // No retention has run in the target: what is not shown there is not there.
    const copied = await world.stored(cold, 'copy-1', 'copy-job');
    expect([...copied.keys()]).toEqual([`${objectId}/young`]);
    await agent.stop();
  });

  it('restores nothing that is too old', async () => {
    const stored = await aStoredWorld();
    const { world, agent, hot, objectId } = stored;
    await retain(world, hot, { sessionId: 'items', policy });
    const from = { jobId: 'job-1', restorePointId: 'backup-1', retrievalId: '' };
    expect(await restore({ ...stored, cold: hot }, from)).toMatchObject({ status: 'success' });
    expect(world.tenant.imports.made).toEqual([`${objectId}/young`]);
    await agent.stop();
  });
});
