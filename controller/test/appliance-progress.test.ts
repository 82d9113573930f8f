import { join } from 'node:path';
import { JetStreamBus } from '@firn/shared/bus/jetstream-bus';
import { subjects } from '@firn/shared/bus/subjects';
import { MemoryLogger } from '@firn/shared/observe/memory-logger';
import { decodeJoinString } from '@firn/shared/rpc/enrolment/join-string';
import { makeWorkerKey } from '@firn/shared/rpc/enrolment/worker-key';
import { type RunningNats, startNats } from '@firn/shared/services/nats';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  makeHost,
  startController,
  type TestController,
  type TestHost,
} from './harness/controller.ts';
import { runToEnd, type SetUp, setUp } from './harness/set-up.ts';
import { usePostgres } from './harness/use-controller.ts';
import { Ec2Place } from './launchers/ec2-place.ts';

// A machine of a simulated EC2 knows of NATS what the controller tells it, and nothing from its user data.
const password = 'shown-to-appliances-alone';
const postgres = await usePostgres();
let host: TestHost;
let nats: RunningNats;
let place: Ec2Place;
let controller: TestController;
let ready: SetUp;

beforeEach(async () => {
  host = await makeHost(postgres);
  const auth = { user: 'appliance', password };
  nats = await startNats({ folder: join(host.folder, 'nats'), auth });
  place = await Ec2Place.ofAppliances();
  controller = await startController(host, {
    config: { applianceNatsUrl: natsUrl() },
    launchers: { open: () => place.open() },
  });
  ready = await setUp(controller);
});

afterEach(async () => {
  ready.link.close();
  await controller.stop();
  await place.remove();
  await nats.stop();
  await host.remove();
});

function natsUrl(): string {
  return nats.url.replace('//', `//appliance:${password}@`);
}

it('an appliance in a cloud tells of its progress', async () => {
  const logger = new MemoryLogger();
  const bus = new JetStreamBus({ url: natsUrl(), name: 'test', createsStreams: true, logger });
  const { client } = controller;
  await client.call('startJob', { params: { job: 'all' }, body: {} });
  await runToEnd(ready.link, true);
  const body = { jobId: 'all', repositoryId: 'cold', repackBy: 'appliance' as const };
  await client.call('createCopyJob', { body: { ...body, name: 'by-appliance' } });
  await client.call('startCopyJob', { params: { copyJob: 'by-appliance' } });
  const { sessionId } = await ready.link.accept();
  const { workerId } = await ready.link.next('repackWorker');
  const subject = subjects.progress(workerId, sessionId);
  await expect.poll(() => bus.last(subject), { timeout: 20_000 }).toMatchObject({ subject });
  await bus.close();
  const [joinString] = await place.joinStrings();
  expect(joinString ?? '').not.toContain(password);
});

it('a proxy that enrols is not told how appliances reach NATS', async () => {
  const { client } = controller;
  const { joinString } = await client.call('createEnrollmentToken', { body: { name: 'edge' } });
  const { csr } = await makeWorkerKey();
  const { token } = decodeJoinString(joinString);
  const enrolled = await controller
    .clientWith(undefined)
    .call('enroll', { body: { token, csr: Buffer.from(csr).toString('base64') } });
  expect(JSON.stringify(enrolled)).not.toContain(password);
});
