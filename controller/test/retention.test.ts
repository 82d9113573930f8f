import { describe, expect, it } from 'vitest';
import { repositoryPassword, runToEnd } from './harness/set-up.ts';
import { useSetUp } from './harness/use-controller.ts';

const { controller, ready } = await useSetUp(repositoryPassword);

/** A run that expired one point and did nothing else. */
const done = {
  ...{ dryRun: false, pointsExpired: 1, points: [], condemned: [], deleted: [], kept: [] },
  ...{ consolidatedPacks: 0n, consolidatedBytes: 0n, consolidatedSegments: 0n },
  ...{ writtenPacks: 0n, writtenBytes: 0n, uploadsAborted: 0n },
  ...{ sealedPacks: 0n, sealedBytes: 0n, tailBytes: 0n },
  ...{ stored: [], newest: [] },
};

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
        ...{ ...done, dryRun: true, points: [point], condemned: [totals] },
        stored: [{ kind: 'packs', storageClass: 'archive', ageDays: 3, blobs: 5n, bytes: 700n }],
        newest: [{ jobId: 'job-1', bytes: 600n }],
      },
    });
    await link.end(assignment);
    const ended = await client.call('getSession', { params: { session: session.id } });
    expect(ended.kind).toBe('retention');
    expect(ended.retention).toMatchObject({
      dryRun: true,
      points: [{ ...point, at: at.toISOString() }],
      condemned: [{ storageClass: 'archive', packs: 2, bytes: 300, deletableAt: at.toISOString() }],
      stored: [{ kind: 'packs', storageClass: 'archive', ageDays: 3, blobs: 5, bytes: 700 }],
      newest: [{ jobId: 'job-1', bytes: 600 }],
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
        value: { ...done, dryRun, points: [point] },
      });
      await link.end(assignment);
    }
    expect(await listed()).toEqual([]);
  });

  it('takes out of the list all that the repository no longer has, however many', async () => {
    const { client } = controller;
    const { link } = ready;
    const ids: string[] = [];
    for (const key of ['many-1', 'many-2', 'many-3', 'many-4']) {
      await client.call('startJob', { params: { job: 'all' }, idempotencyKey: key });
      ids.push(await runToEnd(link, true));
    }
    const [first = '', second = '', third = '', fourth = ''] = ids.toSorted();
    await client.call('runRetention', {
      params: { repository: 'hot' },
      body: {},
      idempotencyKey: 'kept',
    });
    const assignment = await link.accept();
    // Not of this part's ids, gone, and kept; then the rest: kept.
    const parts = [
      { after: first, upTo: third, restorePointIds: [third] },
      { after: third, upTo: '', restorePointIds: [fourth, 'no-id-of-the-controller'] },
    ];
    for (const value of parts) await link.event(assignment, { $case: 'keptPoints', value });
    await link.end(assignment);
    const { items } = await client.call('listRestorePoints', {});
    expect(items.map(({ id }) => id).toSorted()).toEqual([first, third, fourth]);
    expect(items.some(({ id }) => id === second)).toBe(false);
  });
});
