import { nodeCompute } from '@firn/shared/compute/node-compute';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import type { Assignment } from '@firn/shared/gen/firn/link/v1/link';
import { MemoryStore } from '@firn/shared/object-store/memory/memory-store';
import { applyChange, decodeChange } from '@firn/shared/repository/header/header-change';
import { verifyHeader } from '@firn/shared/repository/header/header-layout';
import {
  changeHeader,
  initializeRepository,
  readHeader,
} from '@firn/shared/repository/header/header-store';
import { unlockHeader } from '@firn/shared/repository/header/repository-header';
import { ManualClock } from '@firn/shared/time/manual-clock';
import { beforeAll, describe, expect, it } from 'vitest';
import { repositoryPassword } from './harness/set-up.ts';
import { useSetUp } from './harness/use-controller.ts';

const { controller, ready } = await useSetUp();
const store = new MemoryStore({ clock: new ManualClock(1) });
const params = { repository: 'sealed' };

beforeAll(async () => {
  await controller.client.call('createRepository', {
    body: {
      name: 'sealed',
      proxyId: 'proxy-1',
      objectStorageId: 'hot-storage',
      password: repositoryPassword,
    },
  });
  const assignment = await ready.link.accept();
  const work = assignment.work?.work;
  if (work?.$case !== 'initializeRepository') throw new Error('nothing was initialized');
  await initializeRepository(store, work.value.header);
  await ready.link.end(assignment);
});

/** Does the work of the next change-keys session, as a proxy agent does. */
async function applyNext(): Promise<Assignment> {
  const { link, proxy } = ready;
  const assignment = await link.accept();
  const work = assignment.work?.work;
  if (work?.$case !== 'changeKeys') throw new Error('no change of keys was assigned');
  const [key] = proxy.secretsOf(assignment).repositories;
  const rootKeys = [key?.rootKey, key?.nextRootKey].flatMap((each) => each ?? []);
  const change = decodeChange(work.value.change);
  const ports = { compute: nodeCompute, entropy: nodeEntropy, rootKeys };
  const header = await changeHeader({ store, compute: nodeCompute }, (current) =>
    applyChange(ports, current, change),
  );
  const repositoryId = work.value.repository?.repositoryId ?? '';
  const nextRootKey = change.type === 'rotate';
  const value = { repositoryId, header: Buffer.from(header), nextRootKey, encrypted: true };
  await link.event(assignment, { $case: 'header', value });
  await link.end(assignment);
  return assignment;
}

async function opens(password: string): Promise<boolean> {
  return unlockHeader(await readHeader(store), password, nodeCompute).then(
    () => true,
    () => false,
  );
}

describe('the keys of a repository', () => {
  it('are passwords that are added, changed and removed, and never seen', async () => {
    const { client } = controller;
    const added = { password: 'a second password', label: 'safe' };
    await client.call('addRepositoryPassword', { params, body: added });
    const assignment = await applyNext();
    expect(JSON.stringify(assignment)).not.toContain('a second password');
    const body = { currentPassword: repositoryPassword, newPassword: 'another password' };
    await client.call('changeRepositoryPassword', { params, body });
    await applyNext();
    expect(await opens(repositoryPassword)).toBe(false);
    expect(await opens('another password')).toBe(true);
    const { slots } = await client.call('listRepositoryKeys', { params });
    expect(slots.map(({ label, type }) => `${type} ${label}`).sort()).toEqual([
      'password ',
      'password safe',
    ]);
    const safe = slots.find(({ label }) => label === 'safe')?.id ?? '';
    await client.call('removeRepositorySlot', { params: { ...params, slot: safe } });
    await applyNext();
    expect(await opens('a second password')).toBe(false);
    const [last] = (await client.call('listRepositoryKeys', { params })).slots;
    await expect(
      client.call('removeRepositorySlot', { params: { ...params, slot: last?.id ?? '' } }),
    ).rejects.toMatchObject({ code: 'E_REPOSITORY_SLOT_LAST' });
  });

  it('are changed by one session at a time', async () => {
    const { client } = controller;
    const add = (password: string) =>
      client.call('addRepositoryPassword', { params, body: { password, label: '' } });
    await add('the first of two');
    await expect(add('the second of two')).rejects.toMatchObject({ code: 'E_SESSION_OPEN' });
    await applyNext();
    expect(await opens('the first of two')).toBe(true);
  });

  it('are not changed by whoever has a wrong password', async () => {
    const body = { currentPassword: 'a wrong password', newPassword: 'another password' };
    await expect(
      controller.client.call('changeRepositoryPassword', { params, body }),
    ).rejects.toMatchObject({ code: 'E_REPOSITORY_PASSWORD_WRONG' });
  });

  it('are new ones after a rotation, also when the proxy could not tell of it at first', async () => {
    const { client } = controller;
    const { link, proxy } = ready;
    const first = { passwords: [{ password: 'the first attempt' }] };
    await client.call('rotateRepositoryKey', { params, body: first });
    const lost = await link.accept();
    const next = proxy.secretsOf(lost).repositories[0]?.nextRootKey;
    await link.end(lost, { status: 'failed' });
    const body = { passwords: [{ password: 'the second attempt' }] };
    await client.call('rotateRepositoryKey', { params, body });
    const done = await applyNext();
    expect(proxy.secretsOf(done).repositories[0]?.nextRootKey).toEqual(next);
    expect(await opens('the second attempt')).toBe(true);
    expect(await opens('another password')).toBe(false);
    await client.call('checkRepository', { params, body: {} });
    const check = await link.accept();
    const [key] = proxy.secretsOf(check).repositories;
    expect(key).toMatchObject({ rootKey: next, nextRootKey: Buffer.alloc(0) });
    await link.end(check);
    const { epochs } = await client.call('listRepositoryKeys', { params });
    expect(epochs.map(({ epoch, current }) => ({ epoch, current }))).toEqual([
      { epoch: 1, current: false },
      { epoch: 2, current: true },
    ]);
    const header = await verifyHeader(await readHeader(store), nodeCompute);
    expect(header.current.epoch).toBe(2);
  });

  it('refuse a key of a key service when none is configured', async () => {
    const body = { kmsKeyId: 'k' };
    await expect(
      controller.client.call('addRepositoryKmsKey', { params, body }),
    ).rejects.toMatchObject({ code: 'E_KEY_SERVICE_UNAVAILABLE' });
  });
});

describe('erasing', () => {
  it('is a session of the proxy, and the answer names where copies are', async () => {
    const { client } = controller;
    const body = { users: ['ann@contoso.example'], objectIds: ['mailbox:2'] };
    const { session, copies } = await client.call('eraseFromRepository', {
      params: { repository: 'hot' },
      body,
    });
    expect(session).toMatchObject({ kind: 'erase', state: 'queued' });
    const cold = await client.call('getRepository', { params: { repository: 'cold' } });
    expect(copies).toEqual([{ copyJob: 'copy', repositoryId: cold.id, repository: cold.name }]);
    const assignment = await ready.link.accept();
    const work = assignment.work?.work;
    expect(work).toMatchObject({ $case: 'erase', value: { ...body } });
    await ready.link.end(assignment);
  });
});
