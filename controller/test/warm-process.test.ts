import { join } from 'node:path';
import type { Assignment } from '@firn/shared/gen/firn/link/v1/link';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import { systemClock } from '@firn/shared/time/system-clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeProcessLauncher } from '../src/adapters/process/process-launcher.ts';
import type {
  ApplianceLauncher,
  ApplianceOrder,
  ApplianceSighting,
} from '../src/ports/appliance-launcher.ts';
import {
  makeHost,
  startController,
  type TestController,
  type TestHost,
} from './harness/controller.ts';
import { commitPoint, runToEnd, type SetUp, setUp } from './harness/set-up.ts';
import { usePostgres } from './harness/use-controller.ts';

// The archiver appliance itself, as processes that are kept warm, and a controller that goes away.
const program = join(import.meta.dirname, '../../archiver-appliance/src/main.ts');
const silenceMsMax = 3_000;
const postgres = await usePostgres();
let host: TestHost;
let launcher: ApplianceLauncher;
let orders: ApplianceOrder[];
let controller: TestController;
let ready: SetUp;

beforeEach(async () => {
  host = await makeHost(postgres);
  orders = [];
  launcher = processes(host.folder);
  controller = await start();
  ready = await setUp(controller);
  const { client } = controller;
  await client.call('createApplianceTemplate', {
    body: { name: 'here', settings: { launcher: 'process' }, keepWarmMinutes: 20 },
  });
  const body = { jobId: 'all', repositoryId: 'cold', repackBy: 'appliance' as const };
  await client.call('createCopyJob', {
    body: { ...body, name: 'by-appliance', applianceTemplateId: 'here' },
  });
});

afterEach(async () => {
  ready.link.close();
  await controller.stop();
  for (const order of orders) while (!(await launcher.end(order)));
  await host.remove();
});

function processes(folder: string): ApplianceLauncher {
  const made = makeProcessLauncher({
    ...{ program, folder: join(folder, 'appliances'), clock: systemClock },
    environment: { FIRN_SILENCE_MAX_MS: `${silenceMsMax}` },
    logger: new MemoryLogger(),
  });
  return {
    ...made,
    prepare: (order, choice) => {
      orders.push(order);
      return made.prepare(order, choice);
    },
  };
}

function start(): Promise<TestController> {
  return startController(host, { launcher, config: { heartbeatMs: 200 } });
}

async function running(): Promise<readonly ApplianceSighting[]> {
  return launcher.list(orders[0]?.installationId ?? '');
}

interface Copy {
  readonly copy: Assignment;
  readonly workerId: string;
}

async function startCopy(): Promise<Copy> {
  const { client } = controller;
  await client.call('startJob', { params: { job: 'all' }, body: {} });
  await runToEnd(ready.link, true);
  await client.call('startCopyJob', { params: { copyJob: 'by-appliance' } });
  const copy = await ready.link.accept();
  const { workerId } = await ready.link.next('repackWorker');
  return { copy, workerId };
}

async function endCopy({ copy, workerId }: Copy): Promise<void> {
  const { sessionId, attempt } = copy;
  const last = { taskNumber: 0, part: 0, parts: 1, plan: undefined, last: true };
  await ready.link.send({ $case: 'repackTask', value: { sessionId, attempt, workerId, ...last } });
  expect(await ready.link.next('repackWorker')).toMatchObject({ workerId, gone: true });
  await commitPoint(ready.link, copy);
  await ready.link.end(copy);
}

describe('an archiver appliance that is kept warm as a process', () => {
  it('does the next copy too, and ends by itself when its controller is dead', async () => {
    const first = await startCopy();
    await endCopy(first);
    const second = await startCopy();
    expect(second.workerId).toBe(first.workerId);
    await endCopy(second);
    expect(await running()).toMatchObject([{ workerId: first.workerId }]);
    await controller.stop();
    await expect.poll(running, { timeout: 30_000 }).toEqual([]);
    expect(orders).toHaveLength(1);
    controller = await start();
    ready = { ...ready, link: await ready.proxy.redial(controller) };
    const third = await startCopy();
    expect(third.workerId).not.toBe(first.workerId);
    await endCopy(third);
  });
});
