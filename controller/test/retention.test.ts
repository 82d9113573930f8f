import type { RunningPostgres } from '@firn/shared/services/embedded-postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  makeHost,
  startController,
  startTestPostgres,
  type TestController,
  type TestHost,
} from './harness/controller.ts';
import { repositoryPassword, runToEnd, type SetUp, setUp } from './harness/set-up.ts';

let postgres: RunningPostgres;
let host: TestHost;
let controller: TestController;
let ready: SetUp;

beforeAll(async () => {
  postgres = await startTestPostgres();
  host = await makeHost(postgres);
  controller = await startController(host);
  ready = await setUp(controller, repositoryPassword);
});

afterAll(async () => {
  ready.link.close();
  await controller.stop();
  await host.remove();
  await postgres.stop();
});

const days = (count: number) => ({ count, unit: 'days' as const });

describe('retention', () => {
  it('belongs to the repository, and to a job that has its own', async () => {
    const { client } = controller;
    const repository = { repository: 'hot' };
    const retention = { type: 'snapshot', keepFor: days(90), keepLast: 3 } as const;
    const updated = await client.call('updateRepository', {
      params: repository,
      body: { retention },
    });
    expect(updated.retention).toEqual(retention);
    const own = { type: 'snapshot', keepFor: days(30) } as const;
    const job = { params: { job: 'all' } };
    expect(
      (await client.call('updateJob', { ...job, body: { retention: own } })).retention,
    ).toEqual(own);
    expect((await client.call('getJob', job)).retention).toEqual(own);
    const inheriting = await client.call('updateJob', { ...job, body: { retention: null } });
    expect(inheriting.retention).toBeUndefined();
  });

  it('is of one type for ever', async () => {
    const { client } = controller;
    const retention = { type: 'item', keepFor: days(30) } as const;
    const body = { retention };
    await expect(
      client.call('updateRepository', { params: { repository: 'hot' }, body }),
    ).rejects.toMatchObject({ code: 'E_REQUEST_INVALID' });
    await expect(client.call('updateJob', { params: { job: 'all' }, body })).rejects.toMatchObject({
      code: 'E_REQUEST_INVALID',
    });
  });

  it('is run on the proxy with the policies of all jobs, and tells what it did', async () => {
    const { client } = controller;
    const { link } = ready;
    const params = { repository: 'hot' };
    const session = await client.call('runRetention', {
      params,
      body: { dryRun: true },
      idempotencyKey: 'retention-1',
    });
    const assignment = await link.accept();
    expect(assignment.work?.work?.$case).toBe('retention');
    await expect(
      client.call('runRetention', { params, body: {}, idempotencyKey: 'retention-2' }),
    ).rejects.toMatchObject({ code: 'E_SESSION_OPEN' });
    const at = new Date('2026-01-02T03:04:05Z');
    const totals = { storageClass: 'archive', packs: 2n, bytes: 300n, deletableAt: at };
    const point = { jobId: 'job-1', restorePointId: 'point-1', at, reason: 'older than 3 years' };
    await link.event(assignment, {
      $case: 'retention',
      value: {
        ...{ dryRun: true, pointsExpired: 1, points: [point], condemned: [totals] },
        ...{ deleted: [], kept: [], consolidatedPacks: 0n, consolidatedSegments: 0n },
        ...{ writtenPacks: 0n, writtenBytes: 0n },
      },
    });
    await link.end(assignment);
    const ended = await client.call('getSession', { params: { session: session.id } });
    expect(ended.kind).toBe('retention');
    expect(ended.retention).toMatchObject({
      dryRun: true,
      points: [{ ...point, at: at.toISOString() }],
      condemned: [{ storageClass: 'archive', packs: 2, bytes: 300, deletableAt: at.toISOString() }],
    });
  });

  it('takes expired restore points out of the list, and a dry run none', async () => {
    const { client } = controller;
    const { link } = ready;
    await client.call('startJob', { params: { job: 'all' }, idempotencyKey: 'backup-1' });
    const restorePointId = await runToEnd(link, true);
    const listed = async () =>
      (await client.call('listRestorePoints', {})).items.map(({ id }) => id);
    for (const dryRun of [true, false]) {
      expect(await listed()).toEqual([restorePointId]);
      await client.call('runRetention', {
        params: { repository: 'hot' },
        body: { dryRun },
        idempotencyKey: `expiry-${dryRun}`,
      });
      const assignment = await link.accept();
      const point = { jobId: 'job-1', restorePointId, at: new Date(), reason: 'older than 1 day' };
      await link.event(assignment, {
        $case: 'retention',
        value: {
          ...{ dryRun, pointsExpired: 1, points: [point], condemned: [], deleted: [], kept: [] },
          ...{ consolidatedPacks: 0n, consolidatedSegments: 0n },
          ...{ writtenPacks: 0n, writtenBytes: 0n },
        },
      });
      await link.end(assignment);
    }
    expect(await listed()).toEqual([]);
  });
});
