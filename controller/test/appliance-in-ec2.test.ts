import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeHost,
  startController,
  type TestController,
  type TestHost,
} from './harness/controller.ts';
import { runToEnd, type SetUp, setUp } from './harness/set-up.ts';
import { usePostgres } from './harness/use-controller.ts';
import { Ec2Place, templateSettings } from './launchers/ec2-place.ts';

// The archiver appliance itself, in machines of a simulated EC2.
const postgres = await usePostgres();
let host: TestHost;
let place: Ec2Place;
let controller: TestController;
let ready: SetUp;

beforeEach(async () => {
  place = await Ec2Place.ofAppliances();
  host = await makeHost(postgres);
  controller = await startController(host, {
    launchers: { open: () => place.open({ spot: true }) },
  });
  ready = await setUp(controller);
  await controller.client.call('createApplianceTemplate', {
    body: { name: 'in ec2', settings: templateSettings(place.url) },
  });
});

afterEach(async () => {
  ready.link.close();
  await controller.stop();
  await host.remove();
  await place.remove();
});

const template = { applianceTemplate: 'in ec2' };

async function startCopy(): Promise<void> {
  const { client } = controller;
  await client.call('startJob', { params: { job: 'all' }, body: {} });
  await runToEnd(ready.link, true);
  const body = { jobId: 'all', repositoryId: 'cold', repackBy: 'appliance' as const };
  await client.call('createCopyJob', {
    body: { ...body, name: 'by-appliance', applianceTemplateId: 'in ec2' },
  });
  await client.call('startCopyJob', { params: { copyJob: 'by-appliance' } });
}

const last = { taskNumber: 0, part: 0, parts: 1, plan: undefined, last: true };

/** The command line, as a process of its own. */
async function firn(...args: string[]): Promise<{ code: number; stdout: string }> {
  const main = join(import.meta.dirname, '../../cli/src/main.ts');
  const child = spawn(process.execPath, [main, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      FIRN_URL: controller.ready.url,
      FIRN_TOKEN: controller.token,
      FIRN_CA_FILE: join(host.folder, 'ca.pem'),
    },
  });
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  return { code, stdout };
}

async function runningIds(): Promise<readonly string[]> {
  const { instances } = await place.told();
  return instances.filter(({ state }) => state === 'running').map(({ id }) => id);
}

describe('an archiver appliance in EC2', () => {
  it('is started by its user data, does its work, and takes its machine along', async () => {
    await startCopy();
    const { sessionId, attempt } = await ready.link.accept();
    const { workerId } = await ready.link.next('repackWorker');
    expect(await runningIds()).toHaveLength(1);
    await ready.link.send({
      $case: 'repackTask',
      value: { sessionId, attempt, workerId, ...last },
    });
    await expect
      .poll(async () => (await place.told()).instances, { timeout: 20_000 })
      .toMatchObject([{ state: 'terminated' }]);
    expect(await place.told()).toMatchObject({ launches: 1, volumes: 0, interfaces: 0 });
  });

  it('says so when EC2 takes its machine away, and has a successor', async () => {
    await startCopy();
    await ready.link.accept();
    const first = await ready.link.next('repackWorker');
    const [instanceId] = await runningIds();
    await place.admin('POST', 'interrupt', { instanceId });
    const gone = await ready.link.next('repackWorker');
    expect(gone).toMatchObject({ workerId: first.workerId, gone: true });
    const second = await ready.link.next('repackWorker');
    expect(second).toMatchObject({ gone: false });
    expect(second.workerId).not.toBe(first.workerId);
    expect(await place.told()).toMatchObject({ launches: 2 });
  });
});

describe('a test of an appliance template', () => {
  it('starts an appliance, sees it speak, and removes it', async () => {
    const { code, stdout } = await firn('appliance', 'test', 'in ec2', '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      choice: 'c7g.large, spot, subnet-1',
      missingPermissions: [],
      reachedController: true,
      removed: true,
    });
    expect(code).toBe(0);
    expect(await place.told()).toMatchObject({ launches: 1, volumes: 0, interfaces: 0 });
  });

  it('tells what is missing, and ends with 1', async () => {
    await place.deny('ec2:RunInstances');
    const { code, stdout } = await firn('appliance', 'test', 'in ec2');
    expect(stdout).toBe('missing permission: ec2:RunInstances\nnothing was started\n');
    expect(code).toBe(1);
  });

  it('names what is missing, whether it is told before, at the launch, or at the end', async () => {
    const { client } = controller;
    await place.deny('ec2:DescribeVolumes');
    const before = await client.call('startApplianceTest', { params: template });
    expect(before).toEqual({ missingPermissions: ['ec2:DescribeVolumes'] });
    await place.deny('ec2:TerminateInstances');
    const started = await client.call('startApplianceTest', { params: template });
    const params = { ...template, worker: started.workerId ?? '' };
    const ended = await client.call('endApplianceTest', { params });
    expect(ended).toMatchObject({ removed: false, missingPermissions: ['ec2:TerminateInstances'] });
  });

  it('tries the next choice where the first has no room', async () => {
    const { client } = controller;
    await place.admin('POST', 'shortages', { instanceTypes: ['c7g.large'] });
    const started = await client.call('startApplianceTest', { params: template });
    expect(started.choice).toBe('m7g.large, spot, subnet-1');
    expect(await place.told()).toMatchObject({ launches: 1 });
  });

  it('is of no appliance that works', async () => {
    await startCopy();
    await ready.link.accept();
    const { workerId } = await ready.link.next('repackWorker');
    const params = { ...template, worker: workerId };
    const ended = controller.client.call('endApplianceTest', { params });
    await expect(ended).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });
});

describe('an appliance template', () => {
  it('stays while a copy job uses it', async () => {
    await startCopy();
    const { client } = controller;
    const deleting = client.call('deleteApplianceTemplate', { params: template });
    await expect(deleting).rejects.toMatchObject({
      code: 'E_IN_USE',
      message: expect.stringContaining('copy job "by-appliance"'),
    });
    await client.call('deleteCopyJob', { params: { copyJob: 'by-appliance' } });
    await client.call('deleteApplianceTemplate', { params: template });
    expect((await client.call('listApplianceTemplates', { query: {} })).items).toEqual([]);
  });

  it('says for how long its machines are kept warm, if they are', async () => {
    const file = join(host.folder, 'in-ec2.json');
    await writeFile(file, JSON.stringify(templateSettings(place.url)));
    const add = ['appliance', 'add', 'warm', '--settings', file, '--json'];
    const { code, stdout } = await firn(...add, '--keep-warm-minutes', '20');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ name: 'warm', keepWarmMinutes: 20 });
    const { items } = await controller.client.call('listApplianceTemplates', { query: {} });
    expect(items.map(({ keepWarmMinutes }) => keepWarmMinutes)).toEqual([0, 20]);
    expect((await firn('appliance', 'list')).stdout).toMatch(/warm +ec2 +20 min/);
    const body = { name: 'x', settings: templateSettings(place.url), keepWarmMinutes: 241 };
    const created = controller.client.call('createApplianceTemplate', { body });
    await expect(created).rejects.toMatchObject({ code: 'E_REQUEST_INVALID' });
    expect((await firn(...add, '--keep-warm-minutes', '-1')).code).toBe(2);
  });

  it('is refused with what no launcher knows, and without an appliance to use it', async () => {
    const { client } = controller;
    const settings = { ...templateSettings(place.url), keyName: 'root' };
    const created = client.call('createApplianceTemplate', { body: { name: 'x', settings } });
    await expect(created).rejects.toMatchObject({ code: 'E_REQUEST_INVALID' });
    const body = { name: 'c', jobId: 'all', repositoryId: 'cold', applianceTemplateId: 'in ec2' };
    const copyJob = client.call('createCopyJob', { body });
    await expect(copyJob).rejects.toMatchObject({ code: 'E_REQUEST_INVALID' });
  });
});
