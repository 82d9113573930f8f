import type { CopyJobCreate } from '@firn/shared/rest/schemas/job';
import type { Schedule } from '@firn/shared/rest/schemas/schedule';
import { afterEach, describe, expect, it } from 'vitest';
import { describeSlot, useScheduled } from './harness/scheduled.ts';
import { commitPoint } from './harness/set-up.ts';

const { controller, ready, clock, tickAt, accept, endNext, backUpNext } = await useScheduled();
const { client } = controller;

const immediately: Schedule = { kind: 'immediately' };

let jobs = 0;
let copyJobs = 0;
let made: string[] = [];

/** A backup job with as many points, oldest first. */
async function aJob(points: number): Promise<{ name: string; points: string[] }> {
  jobs += 1;
  const name = `job ${jobs}`;
  await client.call('createJob', {
    body: { name, organizationId: 'contoso', repositoryId: 'hot' },
  });
  const ids: string[] = [];
  for (let count = 0; count < points; count += 1) ids.push(await backUp(name));
  return { name, points: ids };
}

async function backUp(job: string): Promise<string> {
  await client.call('startJob', { params: { job }, body: {} });
  return backUpNext();
}

async function aCopyJob(jobId: string, more: Partial<CopyJobCreate>): Promise<string> {
  copyJobs += 1;
  const name = `copy ${copyJobs}`;
  await client.call('createCopyJob', { body: { name, jobId, repositoryId: 'cold', ...more } });
  made.push(name);
  return name;
}

afterEach(async () => {
  for (const copyJob of made) {
    await client.call('updateCopyJob', { params: { copyJob }, body: { enabled: false } });
  }
  made = [];
});

/** The restore point of the copy that waits; it is ended. */
async function copied(status = 'success'): Promise<string> {
  const assignment = await accept();
  const work = assignment.work?.work;
  await ready.link.end(assignment, { status });
  return work?.$case === 'copy' ? work.value.restorePointId : `a ${work?.$case}`;
}

async function slots(copyJob: string) {
  return (await client.call('listCopyJobSlots', { params: { copyJob } })).items;
}

async function told(copyJob: string): Promise<string[]> {
  return (await slots(copyJob)).map(describeSlot);
}

async function update(copyJob: string, body: { schedule?: Schedule; enabled?: boolean }) {
  return client.call('updateCopyJob', { params: { copyJob }, body });
}

describe('a copy job that follows its backup job immediately', () => {
  it('copies each restore point in turn, also those that came while it copied', async () => {
    const { name, points } = await aJob(1);
    const copyJob = await aCopyJob(name, { schedule: immediately });
    await controller.tick();
    const first = await accept();
    points.push(await backUp(name), await backUp(name));
    await controller.tick();
    expect(await told(copyJob)).toEqual(['waiting', 'waiting', 'started']);
    await ready.link.end(first);
    for (const point of points.slice(1)) {
      await controller.tick();
      expect(await copied()).toBe(point);
    }
    await controller.tick();
    expect((await slots(copyJob)).map(({ slot }) => slot)).toEqual(points.toReversed());
    expect(await told(copyJob)).toEqual(['started', 'started', 'started']);
  });

  it('copies only the newest of the points that are there, or every one: as it is told', async () => {
    const { name, points } = await aJob(3);
    const latest = await aCopyJob(name, { schedule: immediately });
    const all = await aCopyJob(name, { schedule: immediately, seed: 'all' });
    expect((await slots(latest)).map(({ slot }) => slot)).toEqual(points.slice(-1));
    expect((await slots(all)).map(({ slot }) => slot)).toEqual(points.toReversed());
  });

  it('takes no point that its session did not complete', async () => {
    const { name } = await aJob(0);
    const copyJob = await aCopyJob(name, { schedule: immediately });
    await client.call('startJob', { params: { job: name }, body: {} });
    await endNext('failed');
    expect(await slots(copyJob)).toEqual([]);
  });

  it('waits for its window', async () => {
    await clock.set('2027-06-21T12:00:00Z');
    const { name, points } = await aJob(1);
    const window = { openHours: { mon: [20] }, terminate: false };
    const copyJob = await aCopyJob(name, { schedule: { ...immediately, window } });
    await tickAt('2027-06-21T19:59:00Z');
    expect(await told(copyJob)).toEqual(['waiting']);
    await tickAt('2027-06-21T20:00:00Z');
    expect(await copied()).toBe(points[0]);
  });

  it('goes on with a point that its window cut off when the window opens again', async () => {
    await clock.set('2027-06-28T12:00:00Z');
    const { name, points } = await aJob(2);
    const window = { openHours: { mon: [20], tue: [20] }, terminate: true };
    const schedule = { ...immediately, window };
    const copyJob = await aCopyJob(name, { schedule, seed: 'all' });
    await tickAt('2027-06-28T20:00:00Z');
    const assignment = await accept();
    await tickAt('2027-06-28T21:00:00Z');
    await ready.link.end(assignment, { status: 'stopped' });
    await tickAt('2027-06-29T19:59:00Z');
    expect(await told(copyJob)).toEqual(['waiting', 'waiting', 'started']);
    await tickAt('2027-06-29T20:00:00Z');
    expect(await copied()).toBe(points[0]);
    await controller.tick();
    expect(await copied()).toBe(points[1]);
    expect(await told(copyJob)).toEqual(['started', 'started', 'started']);
  });

  it('does not go on with a point whose copy somebody stopped', async () => {
    const { name } = await aJob(1);
    const copyJob = await aCopyJob(name, { schedule: immediately });
    await controller.tick();
    const assignment = await accept();
    const { sessionId } = assignment;
    await client.call('stopSession', { params: { session: sessionId } });
    await ready.link.end(assignment, { status: 'stopped' });
    expect(await told(copyJob)).toEqual(['started']);
  });

  it('tries a point again before those behind it', async () => {
    await clock.set('2027-07-01T12:00:00Z');
    const { name, points } = await aJob(2);
    const retry = { attempts: 1, waitMinutes: 5 };
    const schedule = { ...immediately, retry };
    const copyJob = await aCopyJob(name, { schedule, seed: 'all' });
    await controller.tick();
    expect(await copied('failed')).toBe(points[0]);
    await tickAt('2027-07-01T12:04:59Z');
    expect(await told(copyJob)).toEqual(['waiting', 'started']);
    await tickAt('2027-07-01T12:05:00Z');
    expect(await copied('failed')).toBe(points[0]);
    await controller.tick();
    expect(await copied()).toBe(points[1]);
    expect(await told(copyJob)).toEqual(['started: retry 1 of 1', 'started', 'started']);
  });

  it('forgets what waits when it is disabled, and begins with the newest when it is enabled', async () => {
    const { name } = await aJob(1);
    const copyJob = await aCopyJob(name, { schedule: immediately });
    await update(copyJob, { enabled: false });
    expect(await told(copyJob)).toEqual(['missed: the copy job was disabled']);
    await backUp(name);
    const newest = await backUp(name);
    await update(copyJob, { enabled: true });
    await controller.tick();
    expect(await copied()).toBe(newest);
  });

  it('tells of a point that has gone before it was copied', async () => {
    const { name, points } = await aJob(2);
    const copyJob = await aCopyJob(name, { schedule: immediately, seed: 'all' });
    await client.call('runRetention', { params: { repository: 'hot' }, body: {} });
    const retention = await ready.link.accept();
    const done = {
      ...{ dryRun: false, pointsExpired: 1, condemned: [], deleted: [], kept: [] },
      ...{ consolidatedPacks: 0n, consolidatedBytes: 0n, consolidatedSegments: 0n },
      ...{ writtenPacks: 0n, writtenBytes: 0n, uploadsAborted: 0n },
      ...{ sealedPacks: 0n, sealedBytes: 0n, tailBytes: 0n },
      ...{ stored: [], newest: [] },
    };
    const gone = { jobId: '', restorePointId: points[0] ?? '', at: new Date(), reason: 'old' };
    await ready.link.event(retention, { $case: 'retention', value: { ...done, points: [gone] } });
    await ready.link.end(retention);
    await controller.tick();
    expect(await copied()).toBe(points[1]);
    expect(await told(copyJob)).toEqual([
      'started',
      'missed: the restore point has gone before it was copied',
    ]);
  });

  it('keeps retention from the points that wait', async () => {
    const { name, points } = await aJob(3);
    const { id } = await client.call('getJob', { params: { job: name } });
    await aCopyJob(name, { schedule: immediately, seed: 'all' });
    await controller.tick();
    await copied();
    await controller.tick();
    const copying = await accept();
    await client.call('runRetention', { params: { repository: 'hot' }, body: {} });
    const retention = await ready.link.accept();
    const work = retention.work?.work;
    const told = work?.$case === 'retention' ? work.value.jobs : [];
    expect(told.find(({ jobId }) => jobId === id)?.neededFrom).toBe(points[1]);
    expect(told.filter(({ jobId }) => jobId !== id).map(({ neededFrom }) => neededFrom)).toEqual(
      told.slice(1).map(() => ''),
    );
    await ready.link.end(retention);
    await ready.link.end(copying);
  });
});

describe('a copy job with times', () => {
  const hourly: Schedule = { kind: 'periodically', everyMinutes: 60 };

  it('copies the newest point, and says when there is nothing new', async () => {
    await clock.set('2027-08-01T00:30:00Z');
    const { name } = await aJob(0);
    const copyJob = await aCopyJob(name, { schedule: hourly });
    await tickAt('2027-08-01T01:00:00Z');
    await backUp(name);
    const newest = await backUp(name);
    await tickAt('2027-08-01T02:00:00Z');
    expect(await copied()).toBe(newest);
    await tickAt('2027-08-01T03:00:00Z');
    expect(await told(copyJob)).toEqual([
      'nothing-new: the newest restore point is copied already',
      'started',
      'nothing-new: the backup job has no restore point',
    ]);
  });

  it('copies every point that is there with its first run, when it is told so', async () => {
    await clock.set('2027-08-02T00:30:00Z');
    const { name, points } = await aJob(2);
    const copyJob = await aCopyJob(name, { schedule: hourly, seed: 'all' });
    await tickAt('2027-08-02T01:00:00Z');
    expect(await copied('warning')).toBe(points[0]);
    await tickAt('2027-08-02T02:00:00Z');
    await controller.tick();
    expect(await copied()).toBe(points[1]);
    expect((await told(copyJob)).toSorted()).toEqual([
      'skipped-overlap: restore points wait for their copies',
      'started',
      'started',
      'started: the first run: 2 restore points are copied in turn',
    ]);
  });
});

describe('a copy job that is started by hand', () => {
  it('takes the point that waits longest, else the newest', async () => {
    const { name, points } = await aJob(3);
    const copyJob = await aCopyJob(name, { seed: 'all' });
    const byHand = () => client.call('startCopyJob', { params: { copyJob } });
    await byHand();
    expect(await copied()).toBe(points[0]);
    await byHand();
    expect(await copied()).toBe(points[1]);
    await controller.tick();
    expect(await copied()).toBe(points[2]);
    await byHand();
    expect(await copied()).toBe(points[2]);
  });
});

describe('several copy jobs of a backup job', () => {
  it('go with it only when that is said; their copies stay', async () => {
    const { name } = await aJob(1);
    const first = await aCopyJob(name, { schedule: immediately });
    const second = await aCopyJob(name, { schedule: { kind: 'daily', time: '03:00' } });
    made = [];
    await controller.tick();
    const assignment = await accept();
    await commitPoint(ready.link, assignment);
    await ready.link.end(assignment);
    const params = { job: name };
    await expect(client.call('deleteJob', { params })).rejects.toThrow(
      `job "${name}" is in use by copy job "${first}", copy job "${second}"`,
    );
    await client.call('deleteJob', { params, query: { withCopyJobs: true } });
    const left = await client.call('listCopyJobs', {});
    expect(left.items.map((copyJob) => copyJob.name)).not.toContain(first);
    await tickAt('2027-09-01T00:00:00Z');
    const open = await client.call('listSessions', { query: { open: true, kind: 'copy' } });
    expect(open.items).toEqual([]);
    const points = await client.call('listRestorePoints', { query: { repositoryId: 'cold' } });
    expect(points.items.map(({ id }) => id)).toContain(assignment.sessionId);
  });
});
