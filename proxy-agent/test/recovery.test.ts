import type { RepositoryRef } from '@firn/shared/gen/firn/link/v1/work';
import type { BlobStore } from '@firn/shared/repository/ports';
import { describe, expect, it } from 'vitest';
import { World } from './fakes/a-world.ts';
import { Mortal } from './fakes/mortal.ts';

const day = 86_400;

async function aWorldWithBackup() {
  const world = new World();
  for (const name of ['anna', 'ben']) {
    const { id } = world.tenant.addObject(name);
    for (let n = 1; n <= 5; n += 1)
      world.tenant.putItem(id, `${name}-${n}`, `mail ${n} of ${name}`);
  }
  const hot = await world.repository('hot-1');
  const cold = await world.repository('cold-1', 'archive');
  const agent = world.start();
  await world.initialize(hot);
  await world.initialize(cold);
  await world.backup('backup-1', hot);
  return { world, hot, cold, agent };
}

type Part = { world: World; hot: RepositoryRef; cold: RepositoryRef };

function copy({ world, hot, cold }: Part, sessionId = 'copy-1') {
  const value = {
    source: hot,
    target: cold,
    jobId: 'copy-job',
    sourceJobId: 'job-1',
    restorePointId: 'backup-1',
    packBytes: 1n << 20n,
    byAppliance: false,
  };
  return world.controller.assign(sessionId, { $case: 'copy', value }, world.secrets);
}

function retrieve({ world, cold }: Part) {
  const value = {
    repository: cold,
    jobId: 'copy-job',
    restorePointId: 'copy-1',
    retrievalId: 'retrieval-1',
    objects: [],
    availabilitySeconds: day,
    priority: 'high',
  };
  return world.controller.assign('retrieve-1', { $case: 'retrieval', value }, world.secrets);
}

function restore({ world, cold }: Part, sessionId = 'restore-1') {
  const value = {
    repository: cold,
    organization: world.organization,
    jobId: 'copy-job',
    restorePointId: 'copy-1',
    retrievalId: 'retrieval-1',
    objects: [],
  };
  return world.controller.assign(sessionId, { $case: 'restore', value }, world.secrets);
}

async function warmPacks(world: World): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of world.store('cold-1').list('warm/')) names.push(name);
  return names;
}

/** Changes one byte of the pack's first frame. */
async function damage(store: BlobStore, name: string): Promise<void> {
  const { bytes } = await store.get(name);
  const changed = Uint8Array.from(bytes);
  changed[40] = (changed[40] ?? 0) ^ 1;
  await store.put(name, changed);
}

describe('copy, retrieval and restore', () => {
  it('bring everything back from the archive class', async () => {
    const all = await aWorldWithBackup();
    const { world, agent } = all;
    const truth = world.tenant.truth();
    expect(await copy(all)).toMatchObject({ status: 'success', counts: { items: 10n } });
    expect(await retrieve(all)).toMatchObject({ status: 'success' });
    const told = world.controller.of('retrieve-1', 'retrieval').at(-1);
    expect(told).toMatchObject({ state: 'retrieved' });
    expect(told?.packsReady).toBe(told?.packsTotal);
    expect(await warmPacks(world)).toHaveLength(told?.packsTotal ?? -1);
    expect(await restore(all)).toMatchObject({ status: 'success', counts: { items: 10n } });
    expect(world.tenant.restored).toEqual(truth);
    await agent.stop();
  });

  it('keep the data packs of a copy in the archive class, and nothing else', async () => {
    const all = await aWorldWithBackup();
    await copy(all);
    const classes = new Map<string, Set<string>>();
    for await (const { name, storageClass } of all.world.store('cold-1').list('')) {
      const folder = name.split('/')[0] ?? '';
      classes.set(folder, (classes.get(folder) ?? new Set()).add(storageClass));
    }
    expect(classes.get('packs')).toEqual(new Set(['archive']));
    classes.delete('packs');
    expect(new Set([...classes.values()].flatMap((each) => [...each]))).toEqual(new Set(['hot']));
    await all.agent.stop();
  });

  it('name what a damaged pack cost and restore all else', async () => {
    const all = await aWorldWithBackup();
    const { world, agent } = all;
    await copy(all);
    await retrieve(all);
    const [name = ''] = await warmPacks(world);
    await damage(world.store('cold-1'), name);
    const end = await restore(all);
    expect(end.status).toBe('warning');
    const failed = world.controller.of('restore-1', 'object').flatMap((each) => each.failedItems);
    expect(failed.length).toBeGreaterThan(0);
    expect(world.tenant.restored.size + failed.length).toBe(10);
    expect(failed[0]).toMatchObject({ folder: 'Inbox', problem: { code: 'E_REPOSITORY_DAMAGED' } });
    expect(failed[0]?.problem?.message).toMatch(/frame 0 of mailbox:\w+ in packs\//);
    const log = world.controller.of('restore-1', 'log').map((each) => each.message);
    expect(log.some((line) => line.includes('packs/'))).toBe(true);
    await agent.stop();
  });

  it('name what is damaged in the source of a copy and copy all else', async () => {
    const all = await aWorldWithBackup();
    const { world, agent } = all;
    const store = world.store('hot-1');
    for await (const { name } of store.list('packs/')) {
      await damage(store, name);
      break;
    }
    expect((await copy(all)).status).toBe('warning');
    const failed = world.controller.of('copy-1', 'object').flatMap((each) => each.failedItems);
    expect(failed[0]).toMatchObject({ folder: 'Inbox', problem: { code: 'E_REPOSITORY_DAMAGED' } });
    expect(failed[0]?.problem?.message).toMatch(/frame 0 of mailbox:\w+ in packs\//);
    await agent.stop();
  });

  it('remove the warm copies when the retrieval is over', async () => {
    const all = await aWorldWithBackup();
    const { world, agent } = all;
    await copy(all);
    await retrieve(all);
    const value = { repository: all.cold, retrievalId: 'retrieval-1' };
    const work = { $case: 'removeRetrieval' as const, value };
    expect(await world.controller.assign('remove-1', work, world.secrets)).toMatchObject({
      status: 'success',
    });
    expect(await warmPacks(world)).toEqual([]);
    expect(world.controller.of('remove-1', 'retrieval')).toMatchObject([{ state: 'expired' }]);
    await agent.stop();
  });
});

describe('an agent killed in a copy', () => {
  const run = async (dieAt: number, applies: boolean) => {
    const all = await aWorldWithBackup();
    const { world, agent, cold } = all;
    await agent.stop();
    const mortal = new Mortal(dieAt, applies);
    const first = world.start(mortal);
    const ended = copy(all);
    const survived = await Promise.race([
      ended.then(() => true),
      mortal.died.promise.then(() => false),
    ]);
    if (survived) {
      await first.stop();
      return true;
    }
    const next = world.start();
    expect((await ended).status).toBe('success');
    await retrieve(all);
    await restore(all);
    expect(world.tenant.restored).toEqual(world.tenant.truth());
    expect(world.controller.of('copy-1', 'object')).toHaveLength(2);
    expect(cold.storage?.storageClass).toBe('archive');
    await next.stop();
    return false;
  };

  for (const applies of [false, true]) {
    it(`loses nothing, whichever call it dies in (applied: ${applies})`, async () => {
      let deaths = 0;
      for (let dieAt = 1; !(await run(dieAt, applies)); dieAt += 1) deaths += 1;
      expect(deaths).toBeGreaterThan(20);
    });
  }
});
