import { describe, expect, it } from 'vitest';
import { FakeWorker } from './harness/fake-worker.ts';
import { useSetUp } from './harness/use-controller.ts';

const { controller, ready } = await useSetUp();

const speed = {
  ...{ putMs: 12.5, getMs: 8, uploadOneStream: 1e6, uploadEightStreams: 4e6 },
  ...{ downloadOneStream: 2e6, downloadEightStreams: 9e6, smallObjectsPerSecond: 300 },
};

async function aTest(body: { readonly proxyId?: string; readonly measuresSpeed?: boolean } = {}) {
  const params = { objectStorage: 'hot-storage' };
  return controller.client.call('testObjectStorage', { params, body });
}

describe('the test of an object storage', () => {
  it('is a session on the proxy of its repositories, with a credential for it alone', async () => {
    const session = await aTest();
    expect(session).toMatchObject({ kind: 'storage-test', proxyId: ready.proxy.workerId });
    expect(session.repositoryId).toBeUndefined();
    const assignment = await ready.link.accept();
    const work = assignment.work?.work;
    if (work?.$case !== 'storageTest') throw new Error('no storage test was assigned');
    expect(work.value).toMatchObject({
      storage: { storageId: session.objectStorageId, container: 'hot-data', prefix: '' },
      measuresSpeed: true,
    });
    const { storages, repositories } = ready.proxy.secretsOf(assignment);
    expect(storages.map(({ storageId }) => storageId)).toEqual([session.objectStorageId]);
    expect(repositories).toEqual([]);
    await ready.link.send({
      $case: 'credentialsRequest',
      value: { sessionId: session.id, storageId: session.objectStorageId ?? '' },
    });
    expect(await ready.link.next('credentials')).toMatchObject({ sessionId: session.id });
    const findings = [{ check: 'conditional put', outcome: 'passed', message: '' }];
    await ready.link.event(assignment, {
      $case: 'storageTest',
      value: { findings, speed, usable: true },
    });
    await ready.link.end(assignment);
    const ended = await controller.client.call('getSession', { params: { session: session.id } });
    expect(ended).toMatchObject({
      state: 'success',
      storageTest: { findings, speed, usable: true },
    });
    const query = { objectStorageId: 'hot-storage' };
    const { items } = await controller.client.call('listSessions', { query });
    expect(items.map(({ id }) => id)).toEqual([session.id]);
  });

  it('runs once at a time on a proxy, and its storage stays meanwhile', async () => {
    const session = await aTest({ measuresSpeed: false });
    await expect(aTest()).rejects.toMatchObject({ code: 'E_SESSION_OPEN' });
    const params = { objectStorage: 'hot-storage' };
    await expect(controller.client.call('deleteObjectStorage', { params })).rejects.toMatchObject({
      code: 'E_IN_USE',
      message: expect.stringContaining(session.id),
    });
    await ready.link.end(await ready.link.accept(), { status: 'failed' });
  });

  it('asks which proxy when that is not clear, and takes the one that is named', async () => {
    const body = {
      ...{ name: 'unused', provider: 'folder' as const, container: '/backups' },
    };
    await controller.client.call('createObjectStorage', { body });
    const other = await FakeWorker.proxy(controller, 'proxy-2');
    const params = { objectStorage: 'unused' };
    await expect(
      controller.client.call('testObjectStorage', { params, body: {} }),
    ).rejects.toMatchObject({
      code: 'E_REQUEST_INVALID',
      message: expect.stringContaining('proxy-1, proxy-2'),
    });
    const named = await controller.client.call('testObjectStorage', {
      params,
      body: { proxyId: 'proxy-2' },
    });
    expect(named.proxyId).toBe(other.workerId);
    await expect(
      controller.client.call('deleteProxy', { params: { proxy: 'proxy-2' } }),
    ).rejects.toMatchObject({ code: 'E_IN_USE' });
  });
});
