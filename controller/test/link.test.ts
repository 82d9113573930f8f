import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeHost,
  startController,
  type TestController,
  type TestHost,
} from './harness/controller.ts';
import { type FakeLink, FakeWorker } from './harness/fake-worker.ts';
import { type SetUp, setUp } from './harness/set-up.ts';
import { usePostgres } from './harness/use-controller.ts';

const postgres = await usePostgres();
let host: TestHost;
let controller: TestController;
let ready: SetUp;

/** Leases that end at once when the test says so, and at no other time. */
const config = { leaseMs: 60_000, heartbeatMs: 10_000, graceMs: 1 };

beforeEach(async () => {
  host = await makeHost(postgres);
  controller = await startController(host, { config });
  ready = await setUp(controller);
});

afterEach(async () => {
  ready.link.close();
  await controller.stop();
  await host.remove();
});

async function startJob() {
  const { id } = await controller.client.call('startJob', { params: { job: 'all' }, body: {} });
  return id;
}

async function session(id: string) {
  return controller.client.call('getSession', { params: { session: id } });
}

/** Answers once the session is in the state. */
async function reached(id: string, state: string) {
  for await (const { event, data } of controller.client.followSession(id, {})) {
    if (event !== 'progress' && event !== 'log' && data.state === state) return data;
  }
  throw new Error(`session ${id} ended before it was ${state}`);
}

const expireLeases = () => host.sql(`UPDATE sessions SET lease_until = now() - interval '1 hour'`);

describe('a link', () => {
  it('delivers a session that was queued while the proxy was away', async () => {
    ready.link.close();
    const id = await startJob();
    const link = await ready.proxy.dial();
    expect(await link.next('assignment')).toMatchObject({ sessionId: id, attempt: 1 });
    link.close();
  });

  it('is sent an assignment again when it was not accepted, at the same attempt', async () => {
    const id = await startJob();
    await ready.link.next('assignment');
    ready.link.close();
    const link = await ready.proxy.dial();
    expect(await link.next('assignment')).toMatchObject({ sessionId: id, attempt: 1 });
    link.close();
  });

  it('adopts what the journal has, and has what is over dropped', async () => {
    const id = await startJob();
    const { sessionId, attempt } = await ready.link.accept();
    ready.link.close();
    const stale = { sessionId: '00000000-0000-4000-8000-000000000000', attempt: 1 };
    const link = await ready.proxy.dial({ running: [{ sessionId, attempt }, stale] });
    expect(await link.next('welcome')).toMatchObject({ drop: [stale] });
    expect(await session(id)).toMatchObject({ state: 'running', attempt: 1 });
    expect(link.pending('assignment')).toBe(0);
    await link.end({ sessionId, attempt });
    expect(await session(id)).toMatchObject({ state: 'success' });
    link.close();
  });

  it('adopts a session whose acceptance is being stored at that moment', async () => {
    await startJob();
    const { sessionId, attempt } = await ready.link.next('assignment');
    let dialled: Promise<FakeLink> | undefined;
    await host.sqlInTheWay(`UPDATE sessions SET state = 'running' WHERE state = 'assigned'`, () => {
      dialled = ready.proxy.dial({ running: [{ sessionId, attempt }] });
    });
    const link = await dialled;
    expect(await link?.next('welcome')).toMatchObject({ drop: [] });
    expect(await session(sessionId)).toMatchObject({ state: 'running', attempt: 1 });
    link?.close();
  });

  it('gets a new attempt of what its journal no longer has', async () => {
    const id = await startJob();
    await ready.link.accept();
    ready.link.close();
    const link = await ready.proxy.dial({ incarnation: 'second' });
    const assignment = await link.accept();
    expect(assignment).toMatchObject({ sessionId: id, attempt: 2 });
    await link.end(assignment);
    expect(await session(id)).toMatchObject({ state: 'success', attempt: 2 });
    link.close();
  });

  it('is superseded by a newer one of the same worker', async () => {
    const newer = await ready.proxy.dial();
    await newer.next('welcome');
    const { linkEpoch } = await ready.link.next('superseded');
    await ready.link.ended();
    expect(linkEpoch).toBe(2n);
    newer.close();
  });

  it('does not let a process that was replaced take over again', async () => {
    const newer = await ready.proxy.dial({ incarnation: 'second' });
    await newer.next('welcome');
    const older = await ready.proxy.dial({ incarnation: 'first' });
    expect(await older.next('welcome')).toMatchObject({ ownerIncarnation: 'second' });
    await older.next('superseded');
    await newer.send({ $case: 'heartbeat', value: { running: [], rssBytes: 1n } });
    await newer.next('leasesRenewed');
    newer.close();
  });

  it('must begin with Hello', async () => {
    const link = await ready.proxy.dial();
    await link.next('welcome');
    link.close();
    const silent = await ready.proxy.dialSilently();
    await silent.send({ $case: 'heartbeat', value: { running: [], rssBytes: 1n } });
    expect(String(await silent.ended())).toContain('the first message of a link must be Hello');
  });

  it('is cut when the proxy is deleted, and not opened again', async () => {
    const other = await FakeWorker.proxy(controller, 'proxy-2');
    const link = await other.dial();
    await link.next('welcome');
    await controller.client.call('deleteProxy', { params: { proxy: 'proxy-2' } });
    expect(String(await link.ended())).toContain('revoked');
    const again = await other.dial();
    expect(String(await again.ended())).toContain('unknown, expired or revoked');
  });
});

describe('a lease', () => {
  it('that ends makes the session lost, and a heartbeat brings it back', async () => {
    await controller.stop();
    controller = await startController(host, { config: { ...config, graceMs: 600_000 } });
    const link = await ready.proxy.redial(controller);
    const id = await startJob();
    const { sessionId, attempt } = await link.accept();
    await reached(id, 'running');
    await expireLeases();
    await reached(id, 'lost');
    const running = [{ sessionId, attempt }];
    await link.send({ $case: 'heartbeat', value: { running, rssBytes: 1n } });
    expect(await link.next('leasesRenewed')).toMatchObject({ renewed: running, lost: [] });
    expect(await session(id)).toMatchObject({ state: 'running', attempt: 1 });
    link.close();
  });

  it('that is not renewed by a connected proxy leads to another attempt after the grace', async () => {
    const id = await startJob();
    const first = await ready.link.accept();
    await reached(id, 'running');
    await expireLeases();
    const second = await ready.link.accept();
    expect(second).toMatchObject({ sessionId: id, attempt: 2 });
    const running = [{ sessionId: id, attempt: 1 }];
    await ready.link.send({ $case: 'heartbeat', value: { running, rssBytes: 1n } });
    expect(await ready.link.next('leasesRenewed')).toMatchObject({ renewed: [], lost: running });
    await ready.link.end(first, { status: 'failed' });
    expect(await session(id)).toMatchObject({ state: 'running' });
    await ready.link.end(second);
    expect(await session(id)).toMatchObject({ state: 'success' });
  });

  it('ends the session after too many attempts', async () => {
    await controller.stop();
    controller = await startController(host, { config: { ...config, attemptsMax: 2 } });
    const link = await ready.proxy.redial(controller);
    const id = await startJob();
    for (const attempt of [1, 2]) {
      expect(await link.accept()).toMatchObject({ attempt });
      await reached(id, 'running');
      await expireLeases();
    }
    expect(await reached(id, 'failed')).toMatchObject({
      problem: { code: 'E_SESSION_ATTEMPTS_EXHAUSTED' },
    });
    link.close();
  });
});

describe('a stop', () => {
  it('of a queued session ends it at once', async () => {
    ready.link.close();
    await ready.link.ended();
    const id = await startJob();
    await controller.client.call('stopSession', { params: { session: id } });
    await reached(id, 'stopped');
    await expect(
      controller.client.call('stopSession', { params: { session: id } }),
    ).rejects.toThrow(`session ${id} has ended already: stopped`);
  });

  it('is told again on the next link until the proxy reports the end', async () => {
    await controller.stop();
    controller = await startController(host, { config: { ...config, graceMs: 600_000 } });
    const link = await ready.proxy.redial(controller);
    const id = await startJob();
    const { sessionId, attempt } = await link.accept();
    await reached(id, 'running');
    link.close();
    await link.ended();
    await controller.client.call('stopSession', { params: { session: id } });
    const next = await ready.proxy.redial(controller, [{ sessionId, attempt }]);
    await next.next('cancel');
    await next.end({ sessionId, attempt }, { status: 'stopped' });
    await reached(id, 'stopped');
    next.close();
  });

  it('of a session that nobody reports about takes effect after the grace', async () => {
    const id = await startJob();
    await ready.link.accept();
    await reached(id, 'running');
    await controller.client.call('stopSession', { params: { session: id } });
    await expireLeases();
    await reached(id, 'stopped');
  });

  it('is part of deleting a job', async () => {
    await controller.stop();
    controller = await startController(host, { config: { ...config, graceMs: 600_000 } });
    const { client } = controller;
    const link = await ready.proxy.redial(controller);
    const id = await startJob();
    await link.accept();
    await reached(id, 'running');
    await client.call('deleteCopyJob', { params: { copyJob: 'copy' } });
    await client.call('deleteJob', { params: { job: 'all' } });
    await link.next('cancel');
    expect(await session(id)).toMatchObject({ state: 'stopping' });
    await expect(client.call('getJob', { params: { job: 'all' } })).rejects.toThrow(
      'there is no backup job "all"',
    );
    link.close();
  });
});

describe('a restart of the controller', () => {
  it('adopts running sessions and stores what happened meanwhile', async () => {
    const id = await startJob();
    const { sessionId, attempt } = await ready.link.accept();
    await ready.link.event(
      { sessionId, attempt },
      { $case: 'log', value: { level: 'info', message: 'before' } },
    );
    await controller.stop();
    await ready.link.next('goAway');
    await host.sql(`UPDATE sessions SET lease_until = now() - interval '1 hour'`);
    controller = await startController(host, { config: { ...config, graceMs: 600_000 } });
    const link: FakeLink = await ready.proxy.redial(controller, [{ sessionId, attempt }]);
    await link.send({
      $case: 'event',
      value: {
        sessionId,
        attempt,
        sequence: 2n,
        at: new Date(),
        event: {
          $case: 'ended',
          value: { status: 'success', counts: undefined, problem: undefined },
        },
      },
    });
    await link.next('eventAck');
    expect(await session(id)).toMatchObject({ state: 'success', attempt: 1 });
    link.close();
  });
});
