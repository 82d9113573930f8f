import type { BlobStore } from '@firn/shared/repository/ports';
import { describe, expect, it } from 'vitest';
import { aWorldWithBackup, copy, restore, retrieve, warmPacks } from './fakes/cold-world.ts';

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
    expect(world.tenant.imports.restored).toEqual(truth);
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
    expect(world.tenant.imports.restored.size + failed.length).toBe(10);
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
