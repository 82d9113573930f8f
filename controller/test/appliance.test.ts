import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type {
  ApplianceLauncher,
  ApplianceOrder,
  ApplianceSighting,
  ApplianceTags,
  LaunchIntent,
} from '../src/ports/appliance-launcher.ts';
import {
  makeHost,
  startController,
  type TestController,
  type TestHost,
} from './harness/controller.ts';
import { type FakeLink, FakeWorker } from './harness/fake-worker.ts';
import { commitPoint, runToEnd, type SetUp, setUp } from './harness/set-up.ts';
import { usePostgres } from './harness/use-controller.ts';

/** Remembers what was ordered; the test plays the appliance. */
class RecordingLauncher implements ApplianceLauncher {
  readonly kind = 'process';
  readonly choices = [{ description: 'played by the test', dollarsPerHour: 0 }];
  readonly lagMs = 0;
  readonly bootMsMax = 60_000;
  readonly ended: string[] = [];
  launched = 0;
  readonly #orders: ApplianceOrder[] = [];
  #wake = () => {};

  prepare(order: ApplianceOrder): LaunchIntent {
    const { installationId, workerId } = order;
    return { launcher: 'process', installationId, workerId, request: JSON.stringify(order) };
  }

  async launch(intent: LaunchIntent): Promise<ApplianceSighting> {
    this.#orders.push(JSON.parse(intent.request));
    this.launched += 1;
    this.#wake();
    return { ...intent, handle: `handle of ${intent.workerId}`, state: 'running' };
  }

  async find(): Promise<undefined> {}

  async list(): Promise<readonly ApplianceSighting[]> {
    return [];
  }

  async end({ workerId }: ApplianceTags): Promise<boolean> {
    this.ended.push(workerId);
    return true;
  }

  async missingPermissions(): Promise<readonly string[]> {
    return [];
  }

  async next(): Promise<ApplianceOrder> {
    for (;;) {
      const order = this.#orders.shift();
      if (order !== undefined) return order;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      await promise;
    }
  }
}

const postgres = await usePostgres();
let host: TestHost;
let controller: TestController;
let launcher: RecordingLauncher;
let ready: SetUp;

beforeEach(async () => {
  host = await makeHost(postgres);
  launcher = new RecordingLauncher();
  controller = await startController(host, { launcher });
  ready = await setUp(controller);
  const { client } = controller;
  await client.call('startJob', { params: { job: 'all' }, body: {} });
  await runToEnd(ready.link, true);
  await client.call('createCopyJob', {
    body: { name: 'by-appliance', jobId: 'all', repositoryId: 'cold', repackBy: 'appliance' },
  });
  await client.call('startCopyJob', { params: { copyJob: 'by-appliance' }, body: {} });
});

afterEach(async () => {
  ready.link.close();
  await controller.stop();
  await host.remove();
});

async function startAppliance() {
  const { joinString, workerId } = await launcher.next();
  const appliance = await FakeWorker.enroll(joinString);
  expect(appliance.workerId).toBe(workerId);
  const link = await appliance.dial();
  return { appliance, link, assignment: await link.accept() };
}

/** One of a template that keeps its machines warm, after the last task of the copy. */
async function warmAppliance() {
  await controller.client.call('createApplianceTemplate', {
    body: { name: 'here', settings: { launcher: 'process' }, keepWarmMinutes: 20 },
  });
  await host.sql(
    'UPDATE copy_jobs SET appliance_template_id = (SELECT id FROM appliance_templates)',
  );
  const copy = await ready.link.accept();
  const started = await startAppliance();
  const { workerId } = await ready.link.next('repackWorker');
  const { sessionId, attempt } = copy;
  const last = { taskNumber: 0, part: 0, parts: 1, plan: undefined, last: true };
  await ready.link.send({ $case: 'repackTask', value: { sessionId, attempt, workerId, ...last } });
  await started.link.next('repackTask');
  await beat(started.link);
  expect(await ready.link.next('repackWorker')).toMatchObject({ gone: true });
  return { copy, ...started };
}

/** Whatever was said before is heard when this is answered. */
async function beat(link: FakeLink): Promise<void> {
  await link.send({ $case: 'heartbeat', value: { running: [], rssBytes: 1n } });
  await link.next('leasesRenewed');
}

const plan = {
  ephemeralPublicKey: Buffer.from('k'),
  nonce: Buffer.from('n'),
  ciphertext: Buffer.from('c'),
};

describe('an archiver appliance', () => {
  it('repacks for the owner through the controller, and is ended with the session', async () => {
    const copy = await ready.link.accept();
    const { appliance, link, assignment } = await startAppliance();
    expect(assignment.work?.work?.$case).toBe('repack');
    const secrets = appliance.secretsOf(assignment);
    expect(secrets.storages).toHaveLength(2);
    expect(secrets.repositories).toEqual([]);
    const notice = await ready.link.next('repackWorker');
    expect(notice).toMatchObject({ workerId: appliance.workerId, gone: false });
    expect(notice.certificatePem).toBe(appliance.certificatePem);
    const of = { sessionId: copy.sessionId, attempt: copy.attempt, taskNumber: 1 };
    const task = { ...of, workerId: appliance.workerId, plan, last: false, part: 0, parts: 1 };
    await ready.link.send({ $case: 'repackTask', value: task });
    expect(await link.next('repackTask')).toMatchObject({ taskNumber: 1, plan });
    const result = { ...of, manifest: Buffer.from('manifest'), problem: undefined };
    await link.send({ $case: 'repackResult', value: result });
    expect(await ready.link.next('repackResult')).toMatchObject({ taskNumber: 1 });
    await ready.link.end(copy);
    await link.ended();
    expect(launcher.ended).toEqual([appliance.workerId]);
    const again = await appliance.dial();
    expect(String(await again.ended())).toContain('unknown, expired or revoked');
  });

  it('is replaced when it ends before its work, and the owner is told', async () => {
    await ready.link.accept();
    const first = await startAppliance();
    await ready.link.next('repackWorker');
    await first.link.end(first.assignment, { status: 'failed' });
    expect(await ready.link.next('repackWorker')).toMatchObject({ gone: true });
    const second = await startAppliance();
    expect(await ready.link.next('repackWorker')).toMatchObject({
      workerId: second.appliance.workerId,
      gone: false,
    });
    second.link.close();
  });

  it('has no successor once it did its work', async () => {
    const copy = await ready.link.accept();
    const { link, assignment } = await startAppliance();
    await link.end(assignment);
    await link.ended();
    await ready.link.event(copy, { $case: 'log', value: { level: 'info', message: 'committing' } });
    await ready.link.end(copy);
    expect(launcher.launched).toBe(1);
  });

  it('fails the session after three that came to nothing', async () => {
    const copy = await ready.link.accept();
    for (let n = 0; n < 3; n += 1) {
      const { link, assignment } = await startAppliance();
      await link.end(assignment, { status: 'failed' });
    }
    await ready.link.next('cancel');
    await ready.link.end(copy, { status: 'stopped' });
    const session = await controller.client.call('getSession', {
      params: { session: copy.sessionId },
    });
    expect(session).toMatchObject({ state: 'failed', problem: { code: 'E_APPLIANCE_FAILED' } });
  });

  it('gets nothing of a session any more once it is warm', async () => {
    const { copy, appliance, link, assignment } = await warmAppliance();
    expect(assignment.work?.work?.value).toMatchObject({ keepWarmMs: 20 * 60_000 });
    const { sessionId, attempt } = copy;
    const [storage] = appliance.secretsOf(assignment).storages;
    const value = { sessionId, storageId: storage?.storageId ?? '' };
    await link.send({ $case: 'credentialsRequest', value });
    const of = { sessionId, attempt, workerId: appliance.workerId, part: 0, parts: 1 };
    const task = { ...of, taskNumber: 1, plan, last: false };
    await ready.link.send({ $case: 'repackTask', value: task });
    await beat(ready.link);
    await beat(link);
    expect([link.pending('credentials'), link.pending('repackTask')]).toEqual([0, 0]);
    link.close();
  });

  it('is told again of the session that it was given warm, when its link broke over that', async () => {
    const { client } = controller;
    const { copy, appliance, link } = await warmAppliance();
    await commitPoint(ready.link, copy);
    await ready.link.end(copy);
    await client.call('startJob', { params: { job: 'all' }, body: {} });
    await runToEnd(ready.link, true);
    await client.call('startCopyJob', { params: { copyJob: 'by-appliance' }, body: {} });
    const { sessionId } = await ready.link.accept();
    expect(await link.next('assignment')).toMatchObject({ sessionId });
    link.close();
    const again = await appliance.dial();
    expect(await again.accept()).toMatchObject({ sessionId });
    expect(await ready.link.next('repackWorker')).toMatchObject({
      ...{ sessionId, workerId: appliance.workerId, gone: false },
    });
    expect(launcher.launched).toBe(1);
    again.close();
  });

  it('relays nothing to or from a session that is not its own', async () => {
    const copy = await ready.link.accept();
    const { appliance, link } = await startAppliance();
    await ready.link.next('repackWorker');
    const stranger = await FakeWorker.proxy(controller, 'stranger');
    const strangers = await stranger.dial();
    await strangers.next('welcome');
    const of = { sessionId: copy.sessionId, attempt: copy.attempt, taskNumber: 9 };
    await strangers.send({
      $case: 'repackTask',
      value: { ...of, workerId: appliance.workerId, plan, last: false, part: 0, parts: 1 },
    });
    await beat(strangers);
    await beat(link);
    expect(link.pending('repackTask')).toBe(0);
    strangers.close();
    link.close();
  });
});
