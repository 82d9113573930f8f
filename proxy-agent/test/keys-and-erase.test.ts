import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import type { RepositoryRef } from '@firn/shared/gen/firn/link/v1/work';
import { encodeChange } from '@firn/shared/repository/header/header-change';
import { verifyHeader } from '@firn/shared/repository/header/header-layout';
import { readHeader } from '@firn/shared/repository/header/header-store';
import { rotateKey } from '@firn/shared/repository/header/make-change';
import { unlockHeader } from '@firn/shared/repository/header/repository-header';
import { describe, expect, it } from 'vitest';
import { anItemsPage, anObjectsPage, aSearch, pageOf, viewsOf } from './fakes/asking.ts';
import { aWorldWithBackup } from './fakes/cold-world.ts';

type All = Awaited<ReturnType<typeof aWorldWithBackup>>;

const ports = { compute: nodeCompute, entropy: nodeEntropy };

/** Turns encryption on, as the controller does. */
async function encrypt({ world }: All, repository: RepositoryRef, password: string) {
  const store = world.store(repository.repositoryId);
  const header = await verifyHeader(await readHeader(store), nodeCompute);
  const { change, rootKey } = await rotateKey(ports, header, { passwords: [{ password }] });
  const key = world.secrets.repositories?.find(
    ({ repositoryId }) => repositoryId === repository.repositoryId,
  );
  if (key !== undefined) key.nextRootKey = Buffer.from(rootKey);
  const value = { repository, change: encodeChange(change) };
  return world.controller.assign('rotate', { $case: 'changeKeys', value }, world.secrets);
}

/** Which of the objects the browse cache holds as the first backup stored them. */
async function cachedObjects({ world, hot: { repositoryId } }: All) {
  const objectIds = [...world.tenant.places.keys()];
  const point = await world.point(world.known(repositoryId), 'backup-1');
  const stateOf = new Map(objectIds.map((objectId) => [objectId, point.stateOf(objectId)]));
  return async () => {
    const asked = { repositoryId, states: [...stateOf.values()], nowMs: world.clock.now() };
    const ready = (await world.browseCache?.ready(asked)) ?? new Set();
    return objectIds.filter((objectId) => ready.has(stateOf.get(objectId) ?? ''));
  };
}

describe('a session that changes keys', () => {
  it('turns encryption on under the feet of a repository that is open', async () => {
    const all = await aWorldWithBackup();
    const { world, agent } = all;
    const repository = world.known('hot-1');
    const before = await world.stored(repository, 'backup-1');
    expect(await encrypt(all, repository, 'password')).toMatchObject({ status: 'success' });
    const store = world.store('hot-1');
    const [changed] = world.controller.of('rotate', 'header');
    expect(changed).toMatchObject({ nextRootKey: true, encrypted: true });
    const key = world.secrets.repositories?.find(({ repositoryId }) => repositoryId === 'hot-1');
    if (key !== undefined) key.rootKey = key.nextRootKey;
    const opened = await unlockHeader(await readHeader(store), 'password', nodeCompute);
    expect(Buffer.compare(opened, key?.rootKey ?? new Uint8Array())).toBe(0);
    await expect(unlockHeader(await readHeader(store), undefined, nodeCompute)).rejects.toThrow();
    expect(await world.backup('backup-2', repository, { full: true })).toMatchObject({
      status: 'success',
    });
    expect(await world.stored(repository, 'backup-2')).toEqual(before);
    expect(await world.stored(repository, 'backup-1')).toEqual(before);
    await agent.stop();
  });
});

describe('a session that erases', () => {
  it('takes out the objects of a user, says so in its log, and names what stays', async () => {
    const all = await aWorldWithBackup();
    const { world, agent } = all;
    const repository = world.known('hot-1');
    const before = await world.stored(repository, 'backup-1');
    const gone = [...before.keys()][0]?.split('/')[0] ?? '';
    const value = { repository, users: [], objectIds: [gone] };
    const end = await world.controller.assign('erase', { $case: 'erase', value }, world.secrets);
    expect(end).toMatchObject({ status: 'success' });
    const left = await world.stored(repository, 'backup-1');
    const kept = [...before].filter(([item]) => !item.startsWith(`${gone}/`));
    expect([...left]).toEqual(kept);
    expect(world.controller.of('erase', 'log').map(({ message }) => message)).toEqual([
      expect.stringMatching(new RegExp(`^erased ${gone}: 1 keys destroyed`)),
    ]);
    for (const { severity, problem } of world.controller.of('erase', 'finding')) {
      expect({ severity, code: problem?.code }).toEqual({
        severity: 'note',
        code: 'E_ERASED_DATA_LEFT',
      });
    }
    await agent.stop();
  });

  it('takes the objects from views and out of the browse cache at once', async () => {
    const all = await aWorldWithBackup();
    const { world, agent, hot: repository } = all;
    const cached = await cachedObjects(all);
    const ask = viewsOf(world, repository);
    const objects = async () => {
      const { items } = pageOf(await ask(anObjectsPage(), 'backup-1'));
      return items.map((object) => object['objectId']);
    };
    const [gone = '', kept = ''] = [...world.tenant.places.keys()];
    expect(pageOf(await ask(aSearch({}), 'backup-1')).items).toHaveLength(10);
    expect(await objects()).toEqual([gone, kept]);
    expect(await cached()).toEqual([gone, kept]);
    const value = { repository, users: [], objectIds: [gone] };
    await world.controller.assign('erase', { $case: 'erase', value }, world.secrets);
    expect(await cached()).toEqual([kept]);
    expect(await objects()).toEqual([kept]);
    expect(pageOf(await ask(aSearch({}), 'backup-1')).items).toHaveLength(5);
    const { answer } = await ask(anItemsPage(gone), 'backup-1');
    expect(answer).toMatchObject({ $case: 'problem', value: { code: 'E_OBJECT_ERASED' } });
    await agent.stop();
  });

  it('elsewhere takes them out of the browse cache with the next look into the log', async () => {
    const all = await aWorldWithBackup();
    const { world, agent, hot: repository } = all;
    const cached = await cachedObjects(all);
    const ask = viewsOf(world, repository);
    const [gone = '', kept = ''] = [...world.tenant.places.keys()];
    expect(pageOf(await ask(aSearch({}), 'backup-1')).items).toHaveLength(10);
    await world.eraseElsewhere(repository, [gone]);
    world.clock.advance(60_000);
    expect(pageOf(await ask(aSearch({}), 'backup-1')).items).toHaveLength(5);
    expect(await cached()).toEqual([kept]);
    await agent.stop();
  });

  it('of a user who has nothing there fails, and says so', async () => {
    const { world, agent } = await aWorldWithBackup();
    const value = { repository: world.known('hot-1'), users: ['nobody@x'], objectIds: [] };
    const end = await world.controller.assign('erase', { $case: 'erase', value }, world.secrets);
    expect(end).toMatchObject({ status: 'failed', problem: { code: 'E_OBJECT_NOT_FOUND' } });
    await agent.stop();
  });
});
