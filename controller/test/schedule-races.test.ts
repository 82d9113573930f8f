import { afterAll, describe, expect, it } from 'vitest';
import { startController } from './harness/controller.ts';
import { patientConfig, useScheduled } from './harness/scheduled.ts';

const { controller, host, clock, tickAt } = await useScheduled();
const { client } = controller;
const other = await startController(host, { config: patientConfig });
afterAll(() => other.stop());

async function aJob(name: string): Promise<void> {
  const schedule = { kind: 'periodically', everyMinutes: 5 } as const;
  const body = { name, organizationId: 'contoso', repositoryId: 'hot', schedule };
  await client.call('createJob', { body });
}

async function slots(job: string) {
  return (await client.call('listJobSlots', { params: { job } })).items;
}

async function sessions(job: string) {
  return (await client.call('listSessions', { query: { jobId: job } })).items;
}

async function disable(job: string): Promise<void> {
  await client.call('updateJob', { params: { job }, body: { enabled: false } });
}

describe('two controllers on one database', () => {
  it('start each slot once, however they race', async () => {
    await clock.set('2027-03-01T00:00:00Z');
    const jobs = Array.from({ length: 6 }, (_, index) => `raced ${index}`);
    for (const job of jobs) await aJob(job);
    const rounds = 10;
    for (let round = 1; round <= rounds; round += 1) {
      await clock.set(new Date(Date.UTC(2027, 2, 1, 0, 5 * round)).toISOString());
      await Promise.all([controller, other, other, controller].map((each) => each.tick()));
      // As if they had ended: the next slot does not overlap.
      await host.sql(
        `UPDATE sessions SET state = 'success', ended_at = now() WHERE ended_at IS NULL`,
      );
    }
    for (const job of jobs) {
      const seen = await slots(job);
      expect(seen.map(({ outcome }) => outcome)).toEqual(Array(rounds).fill('started'));
      const started = (await sessions(job)).map(({ id }) => id);
      expect(started).toEqual(seen.map(({ sessionId }) => sessionId));
      await disable(job);
    }
    const errors = [controller, other].flatMap(({ logger }) =>
      logger.events.filter(({ event }) => event.startsWith('schedule') && event.endsWith('failed')),
    );
    expect(errors).toEqual([]);
  });

  it('agree when a session is started by hand at the same moment', async () => {
    await clock.set('2027-03-02T00:00:00Z');
    await aJob('by hand');
    await clock.set('2027-03-02T00:05:00Z');
    const [byHand] = await Promise.allSettled([
      client.call('startJob', { params: { job: 'by hand' }, body: {} }),
      controller.tick(),
      other.tick(),
    ]);
    const [slot] = await slots('by hand');
    const expected = byHand.status === 'fulfilled' ? 'skipped-overlap' : 'started';
    expect(slot?.outcome).toBe(expected);
    expect(await sessions('by hand')).toHaveLength(1);
    await disable('by hand');
  });
});

describe('a controller that dies between slot and session', () => {
  it('leaves neither: the next look starts it', async () => {
    await clock.set('2027-03-03T00:00:00Z');
    await aJob('interrupted');
    const due = { params: { job: 'interrupted' } };
    const { nextRunAt } = await client.call('getJob', due);
    await host.sql(`CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'the connection breaks here'; END $$`);
    for (const table of ['sessions', 'schedule_slots']) {
      const moment = table === 'sessions' ? 'AFTER INSERT' : 'AFTER UPDATE';
      await host.sql(
        `CREATE TRIGGER dies ${moment} ON ${table} FOR EACH ROW EXECUTE FUNCTION dies()`,
      );
      await tickAt('2027-03-03T00:05:00Z');
      expect(await slots('interrupted')).toEqual([]);
      expect(await sessions('interrupted')).toEqual([]);
      expect((await client.call('getJob', due)).nextRunAt).toBe(nextRunAt);
      await host.sql(`DROP TRIGGER dies ON ${table}`);
    }
    await other.tick();
    expect((await slots('interrupted')).map(({ outcome }) => outcome)).toEqual(['started']);
    expect(await sessions('interrupted')).toHaveLength(1);
  });
});
