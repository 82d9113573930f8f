import type { Assignment } from '@firn/shared/gen/firn/link/v1/link';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  makeHost,
  startController,
  type TestController,
  type TestHost,
} from './harness/controller.ts';
import { commitPoint, runToEnd, type SetUp, setUp } from './harness/set-up.ts';
import { usePostgres } from './harness/use-controller.ts';
import { Ec2Place, templateSettings } from './launchers/ec2-place.ts';

// The archiver appliance itself, in machines of a simulated EC2 that are kept warm.
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
    config: { heartbeatMs: 200 },
  });
  ready = await setUp(controller);
  const body = { jobId: 'all', repositoryId: 'cold', repackBy: 'appliance' as const };
  await controller.client.call('createApplianceTemplate', {
    body: { name: 'in ec2', settings: templateSettings(place.url), keepWarmMinutes: 20 },
  });
  await controller.client.call('createCopyJob', {
    body: { ...body, name: 'by-appliance', applianceTemplateId: 'in ec2' },
  });
});

afterEach(async () => {
  ready.link.close();
  await controller.stop();
  await host.remove();
  await place.remove();
});

const last = { taskNumber: 0, part: 0, parts: 1, plan: undefined, last: true };

/** A copy of a new point, up to the appliance that it is given. */
async function startCopy(): Promise<{ copy: Assignment; workerId: string }> {
  const { client } = controller;
  await client.call('startJob', { params: { job: 'all' }, body: {} });
  await runToEnd(ready.link, true);
  await client.call('startCopyJob', { params: { copyJob: 'by-appliance' } });
  const copy = await ready.link.accept();
  const { workerId, gone } = await ready.link.next('repackWorker');
  expect(gone).toBe(false);
  return { copy, workerId };
}

/** The owner has no more for it, hears that it is gone, and ends the session. */
async function endCopy({ copy, workerId }: Awaited<ReturnType<typeof startCopy>>): Promise<void> {
  const { sessionId, attempt } = copy;
  await ready.link.send({ $case: 'repackTask', value: { sessionId, attempt, workerId, ...last } });
  expect(await ready.link.next('repackWorker')).toMatchObject({ workerId, gone: true });
  await commitPoint(ready.link, copy);
  await ready.link.end(copy);
}

async function isGone(): Promise<void> {
  await expect
    .poll(async () => (await place.told()).instances, { timeout: 20_000 })
    .toMatchObject([{ state: 'terminated' }]);
  expect(await place.told()).toMatchObject({ launches: 1, volumes: 0, interfaces: 0 });
}

describe('an archiver appliance in EC2 that is kept warm', () => {
  it('does the next copies too, and takes its machine along when its time is over', async () => {
    const first = await startCopy();
    await endCopy(first);
    const second = await startCopy();
    expect(second.workerId).toBe(first.workerId);
    await endCopy(second);
    const third = await startCopy();
    expect(third.workerId).toBe(first.workerId);
    await endCopy(third);
    expect(await place.told()).toMatchObject({ launches: 1 });
    await host.sql('UPDATE appliances SET warm_until = now()');
    await isGone();
  });

  it('is ended when its template is deleted', async () => {
    const { client } = controller;
    await endCopy(await startCopy());
    await client.call('deleteCopyJob', { params: { copyJob: 'by-appliance' } });
    await client.call('deleteApplianceTemplate', { params: { applianceTemplate: 'in ec2' } });
    await isGone();
  });

  it('is taken away while it waits, and the next copy has another', async () => {
    const first = await startCopy();
    await endCopy(first);
    const [machine] = (await place.told()).instances;
    await place.admin('POST', 'interrupt', { instanceId: machine?.id });
    await expect
      .poll(async () => (await place.told()).instances, { timeout: 20_000 })
      .toMatchObject([{ state: 'terminated' }]);
    const second = await startCopy();
    expect(second.workerId).not.toBe(first.workerId);
    await endCopy(second);
  });
});
