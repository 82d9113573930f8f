import { describe, expect, it } from 'vitest';
import { aWorldWithBackup } from './fakes/cold-world.ts';

type All = Awaited<ReturnType<typeof aWorldWithBackup>>;

/** Changes a bit of the frames in the only data pack; answers its name. */
async function damagePack({ world, hot }: All): Promise<string> {
  const store = world.store(hot.repositoryId);
  for await (const { name } of store.list('packs/')) {
    const bytes = Uint8Array.from((await store.get(name)).bytes);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await store.put(name, bytes);
    return name;
  }
  throw new Error('there is no pack');
}

async function check({ world, hot }: All, sessionId: string) {
  const known = { logHead: 0n, logDigest: Buffer.alloc(0) };
  const value = { repository: hot, readData: true, percent: 0, seed: '', ...known };
  await world.controller.assign(sessionId, { $case: 'check', value }, world.secrets);
  return findingsOf({ world }, sessionId);
}

async function repair({ world, hot }: All, sessionId: string, dryRun: boolean) {
  const value = { repository: hot, dryRun, readData: true };
  await world.controller.assign(sessionId, { $case: 'repair', value }, world.secrets);
  return findingsOf({ world }, sessionId);
}

function findingsOf({ world }: Pick<All, 'world'>, sessionId: string) {
  const found = world.controller.of(sessionId, 'finding');
  return found.map(({ problem, blob }) => ({ code: problem?.code, blob }));
}

describe('sessions of check and repair', () => {
  it('name what is damaged, repair it, and let the next backup store it again', async () => {
    const all = await aWorldWithBackup();
    const { world, agent, hot } = all;
    expect(await check(all, 'sound')).toEqual([]);
    const blob = await damagePack(all);
    expect(await check(all, 'damaged')).toContainEqual({ code: 'E_PACK_DAMAGED', blob });
    const foreseen = await repair(all, 'dry', true);
    expect(foreseen.map(({ code }) => code)).toContain('E_REPAIR_ITEMS_LOST');
    expect(await repair(all, 'repair', false)).toEqual(foreseen);
    expect(await repair(all, 'again', false)).toEqual([]);
    const end = await world.backup('backup-2', hot);
    expect(end).toMatchObject({ status: 'success' });
    expect(await world.stored(hot, 'backup-2')).toEqual(world.tenant.truth());
    await agent.stop();
  });
});
