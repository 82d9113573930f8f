import type { Schedule } from '@firn/shared/rest/schemas/schedule';
import { describe, expect, it } from 'vitest';
import { describeSlot, useScheduled } from './harness/scheduled.ts';
import { commitPoint } from './harness/set-up.ts';

const { controller, ready, clock, tickAt, accept, endNext } = await useScheduled();

let jobs = 0;

/** A backup job with this schedule; its name. */
async function aJob(schedule: Schedule): Promise<string> {
  jobs += 1;
  const name = `job ${jobs}`;
  const body = { name, organizationId: 'contoso', repositoryId: 'hot', schedule };
  await controller.client.call('createJob', { body });
  return name;
}

async function nextRun(job: string): Promise<string | undefined> {
  return (await controller.client.call('getJob', { params: { job } })).nextRunAt;
}

async function slots(job: string) {
  return (await controller.client.call('listJobSlots', { params: { job } })).items;
}

/** Outcomes, newest first, with their reasons. */
async function told(job: string): Promise<string[]> {
  return (await slots(job)).map(describeSlot);
}

async function disable(job: string): Promise<void> {
  await controller.client.call('updateJob', { params: { job }, body: { enabled: false } });
}

const nightly: Schedule = { kind: 'daily', time: '02:30', timeZone: 'Europe/Berlin' };

describe('a nightly job', () => {
  it('runs exactly once in each night of both clock changes', async () => {
    for (const [start, nights] of [
      ['2027-03-27T12:00:00Z', ['2027-03-28T01:00:00.000Z', '2027-03-29T00:30:00.000Z']],
      ['2027-10-30T12:00:00Z', ['2027-10-31T00:30:00.000Z', '2027-11-01T01:30:00.000Z']],
    ] as const) {
      await clock.set(start);
      const job = await aJob(nightly);
      for (const night of nights) {
        expect(await nextRun(job)).toBe(night);
        await tickAt(new Date(Date.parse(night) - 1).toISOString());
        for (let minute = 0; minute < 120; minute += 10) {
          await tickAt(new Date(Date.parse(night) + minute * 60_000).toISOString());
          if (minute === 0) await endNext();
        }
      }
      expect((await slots(job)).map(({ slot }) => slot)).toEqual(nights.toReversed());
      expect(await told(job)).toEqual(['started', 'started']);
      await disable(job);
    }
  });

  it('is caught up once when nobody looked for days, and tells what it missed', async () => {
    await clock.set('2027-05-01T12:00:00Z');
    const job = await aJob(nightly);
    await tickAt('2027-05-05T08:00:00Z');
    await endNext();
    await controller.tick();
    expect(await slots(job)).toMatchObject([
      {
        slot: '2027-05-05T00:30:00.000Z',
        outcome: 'started',
        reason: 'caught up: it was due at 2027-05-05T00:30:00.000Z',
      },
      {
        slot: '2027-05-02T00:30:00.000Z',
        outcome: 'missed',
        missed: 3,
        reason: 'no controller looked at the schedule, the last 2027-05-04T00:30:00.000Z',
      },
    ]);
    expect(await nextRun(job)).toBe('2027-05-06T00:30:00.000Z');
    await disable(job);
  });

  it('does not run twice when the clock of the database goes back', async () => {
    await clock.set('2027-05-10T12:00:00Z');
    const job = await aJob(nightly);
    await tickAt('2027-05-11T00:30:00Z');
    await endNext();
    await clock.set('2027-05-10T12:00:00Z');
    // The same times, computed anew from an earlier now.
    await controller.client.call('updateJob', { params: { job }, body: { schedule: nightly } });
    expect(await nextRun(job)).toBe('2027-05-11T00:30:00.000Z');
    await tickAt('2027-05-11T00:30:00Z');
    expect(await told(job)).toEqual(['started']);
    expect(await nextRun(job)).toBe('2027-05-12T00:30:00.000Z');
    await disable(job);
  });

  it('runs only by hand while it is disabled', async () => {
    await clock.set('2027-05-20T12:00:00Z');
    const job = await aJob(nightly);
    await disable(job);
    expect(await nextRun(job)).toBeUndefined();
    await tickAt('2027-05-23T12:00:00Z');
    expect(await slots(job)).toEqual([]);
    await controller.client.call('startJob', { params: { job }, body: {} });
    await endNext();
    await controller.client.call('updateJob', { params: { job }, body: { enabled: true } });
    expect(await nextRun(job)).toBe('2027-05-24T00:30:00.000Z');
    await disable(job);
  });
});

describe('a run that overlaps', () => {
  it('is skipped, and says so', async () => {
    await clock.set('2027-06-01T00:00:00Z');
    const job = await aJob({ kind: 'periodically', everyMinutes: 30 });
    await tickAt('2027-06-01T00:30:00Z');
    const assignment = await accept();
    await tickAt('2027-06-01T01:00:00Z');
    await ready.link.end(assignment);
    await tickAt('2027-06-01T01:30:00Z');
    await endNext();
    expect(await told(job)).toEqual([
      'started',
      'skipped-overlap: a session has not ended',
      'started',
    ]);
    await disable(job);
  });

  it('is also one with a session that was started by hand', async () => {
    await clock.set('2027-06-02T00:00:00Z');
    const job = await aJob({ kind: 'periodically', everyMinutes: 30 });
    await controller.client.call('startJob', { params: { job }, body: {} });
    await tickAt('2027-06-02T00:30:00Z');
    await endNext();
    expect(await told(job)).toEqual(['skipped-overlap: a session has not ended']);
    await disable(job);
  });
});

describe('a session that failed', () => {
  const retried: Schedule = {
    ...{ kind: 'periodically', everyMinutes: 60, retry: { attempts: 2, waitMinutes: 10 } },
  };

  it('is tried again after the wait, as often as the schedule says', async () => {
    await clock.set('2027-06-10T00:00:00Z');
    const job = await aJob(retried);
    await tickAt('2027-06-10T01:00:00Z');
    const first = await endNext('failed');
    await tickAt('2027-06-10T01:09:59Z');
    expect(await told(job)).toEqual(['started']);
    await tickAt('2027-06-10T01:10:00Z');
    const second = await endNext('failed');
    await tickAt('2027-06-10T01:20:00Z');
    const third = await endNext('failed');
    await tickAt('2027-06-10T01:50:00Z');
    expect(await told(job)).toEqual(['started: retry 2 of 2', 'started: retry 1 of 2', 'started']);
    const session = async (id: string) =>
      controller.client.call('getSession', { params: { session: id } });
    expect(await session(second)).toMatchObject({ retryOf: first, retryNumber: 1 });
    expect(await session(third)).toMatchObject({ retryOf: first, retryNumber: 2 });
    await disable(job);
  });

  it('is not tried again once the next run comes, or somebody did it by hand', async () => {
    await clock.set('2027-06-11T00:00:00Z');
    const job = await aJob({ ...retried, retry: { attempts: 3, waitMinutes: 90 } });
    await tickAt('2027-06-11T01:00:00Z');
    await endNext('failed');
    await tickAt('2027-06-11T02:00:00Z');
    await endNext('failed');
    await controller.client.call('startJob', { params: { job }, body: {} });
    await endNext();
    await tickAt('2027-06-11T02:59:00Z');
    expect(await told(job)).toEqual(['started', 'started']);
    await disable(job);
  });

  it('is not tried again when nothing failed, when it was stopped, or by hand', async () => {
    await clock.set('2027-06-12T00:00:00Z');
    const job = await aJob(retried);
    await tickAt('2027-06-12T01:00:00Z');
    await endNext('warning');
    await tickAt('2027-06-12T02:00:00Z');
    const { sessionId } = (await slots(job))[0] ?? {};
    const assignment = await accept();
    await controller.client.call('stopSession', { params: { session: sessionId ?? '' } });
    await ready.link.end(assignment, { status: 'stopped' });
    await controller.client.call('startJob', { params: { job }, body: {} });
    await endNext('failed');
    await tickAt('2027-06-12T02:50:00Z');
    expect(await told(job)).toEqual(['started', 'started']);
    await disable(job);
  });
});

describe('a backup window', () => {
  const hours = (...open: number[]) => ({ mon: open, tue: open, wed: open, thu: open, fri: open });

  it('starts periodic runs in its hours, by the clock of the time zone', async () => {
    // A Friday in Berlin, where it is two hours later.
    await clock.set('2027-06-18T03:10:00Z');
    const window = { openHours: hours(4, 5), terminate: false };
    const job = await aJob({
      ...{ kind: 'periodically', everyMinutes: 30, timeZone: 'Europe/Berlin', window },
    });
    expect(await nextRun(job)).toBe('2027-06-18T03:30:00.000Z');
    await tickAt('2027-06-18T03:30:00Z');
    await endNext();
    expect(await nextRun(job)).toBe('2027-06-21T02:00:00.000Z');
    await disable(job);
  });

  it('does not catch up while it is closed, and says so', async () => {
    await clock.set('2027-06-21T12:00:00Z');
    const window = { openHours: hours(2), terminate: false };
    const job = await aJob({ kind: 'daily', days: ['tue', 'wed'], time: '02:30', window });
    await tickAt('2027-06-22T09:00:00Z');
    expect(await told(job)).toEqual(['skipped-window: the backup window is closed']);
    await disable(job);
  });

  it.each([true, false])(
    'stops what runs when it closes: %s; what was committed stays',
    async (terminate) => {
      await clock.set('2027-06-22T21:00:00Z');
      const window = { openHours: hours(22), terminate };
      const job = await aJob({ kind: 'daily', days: ['tue'], time: '22:15', window });
      await tickAt('2027-06-22T22:15:00Z');
      const assignment = await accept();
      await commitPoint(ready.link, assignment, false);
      await tickAt('2027-06-22T22:59:59Z');
      const state = async () =>
        (await controller.client.call('getSession', { params: { session: assignment.sessionId } }))
          .state;
      expect(await state()).toBe('running');
      await tickAt('2027-06-22T23:00:00Z');
      expect(await state()).toBe(terminate ? 'stopping' : 'running');
      await ready.link.end(assignment, { status: terminate ? 'stopped' : 'success' });
      const session = await controller.client.call('getSession', {
        params: { session: assignment.sessionId },
      });
      expect(session.state).toBe(terminate ? 'stopped' : 'success');
      expect(session.problem?.code).toBe(terminate ? 'E_WINDOW_CLOSED' : undefined);
      const points = await controller.client.call('listRestorePoints', { query: { jobId: job } });
      expect(points.items.map(({ id }) => id)).toEqual([assignment.sessionId]);
      await disable(job);
    },
  );

  it('does not stop what was started by hand', async () => {
    await clock.set('2027-06-23T21:00:00Z');
    const window = { openHours: hours(20), terminate: true };
    const job = await aJob({ kind: 'periodically', everyMinutes: 60, window });
    await controller.client.call('startJob', { params: { job }, body: {} });
    await controller.tick();
    expect(await endNext()).toBeTruthy();
    await disable(job);
  });
});

describe('a schedule that cannot be', () => {
  it.each([
    [{ kind: 'immediately' }, 'only a backup copy job can run immediately'],
    [{ kind: 'daily' }, 'needs a time'],
    [{ kind: 'daily', time: '02:30', days: [] }, 'needs a day'],
    [{ kind: 'periodically', everyMinutes: 7 }, 'one of 5, 10, 15'],
    [{ kind: 'manual', time: '02:30' }, 'days and time are of the schedule daily'],
    [{ kind: 'daily', time: '02:30', timeZone: 'Mars/Base' }, 'no time zone "Mars/Base"'],
    [
      {
        ...{ kind: 'daily', time: '02:30', days: ['mon', 'sun'] },
        window: { openHours: { mon: [2], sun: [3] }, terminate: false },
      },
      'the backup window is closed at 02:30 on sun',
    ],
    [
      {
        ...{ kind: 'periodically', everyMinutes: 720 },
        window: { openHours: { mon: [1, 11] }, terminate: false },
      },
      'the backup window is never open when 12 hours are over',
    ],
    [
      { kind: 'manual', window: { openHours: { mon: [] }, terminate: true } },
      'the backup window is never open',
    ],
  ] as [Schedule, string][])('is refused: %j', async (schedule, reason) => {
    await expect(aJob(schedule)).rejects.toThrow(reason);
  });
});
