import { describe, expect, it } from 'vitest';
import type { Interruption } from '../src/ports/interruptions.ts';
import { assign, key, settings, start, task } from './played-appliance.ts';

describe('an archiver appliance', () => {
  it('accepts one assignment, answers its tasks, and is done after the last', async () => {
    const { link, ended } = start();
    assign(link);
    task(link, 1);
    task(link, 2);
    await link.until(() => link.results.length === 2);
    task(link, 0, true);
    await ended;
    expect(link.said.slice(0, 2)).toEqual(['hello', 'accepted']);
    expect(link.results.map((each) => each.taskNumber).toSorted()).toEqual([1, 2]);
  });

  it('tells what a task that cannot be done failed with, and goes on', async () => {
    const { link, ended } = start();
    assign(link);
    task(link, 1);
    await link.until(() => link.results.length === 1);
    expect(link.results[0]?.problem?.code).toMatch(/^E_/);
    task(link, 0, true);
    await ended;
  });

  it('answers a task that comes again', async () => {
    const { link, ended } = start();
    assign(link);
    task(link, 1);
    await link.until(() => link.results.length === 1);
    task(link, 1);
    await link.until(() => link.results.length === 2);
    task(link, 0, true);
    await ended;
  });

  it('refuses a second assignment', async () => {
    const { link, ended } = start();
    assign(link);
    assign(link, { of: { sessionId: 'copy-2', attempt: 1 } });
    await link.until(() => link.said.includes('refused'));
    task(link, 0, true);
    await ended;
  });

  it('ends when its assignment is lost', async () => {
    const { link, ended } = start();
    assign(link);
    await link.until(() => link.said.includes('accepted'));
    link.say({ $case: 'leasesRenewed', value: { renewed: [], lost: [key] } });
    await expect(ended).rejects.toMatchObject({ code: 'E_ASSIGNMENT_LOST' });
  });

  it('ends when its session is cancelled', async () => {
    const { link, ended } = start();
    assign(link);
    link.say({ $case: 'cancel', value: { sessionId: key.sessionId, reason: '' } });
    await expect(ended).rejects.toMatchObject({ code: 'E_CANCELLED' });
  });

  it('ends when nobody talks to it for too long', async () => {
    const { link, clock, ended } = start();
    await link.until(() => clock.sleeperCount >= 2);
    clock.advance(settings.silenceMsMax);
    await expect(ended).rejects.toMatchObject({ code: 'E_CONTROLLER_SILENT' });
  });

  it('ends what it has when its machine is taken away, says so, and takes no more', async () => {
    const notice = Promise.withResolvers<Interruption>();
    const { link, clock, ended } = start({ next: () => notice.promise });
    assign(link);
    task(link, 1);
    await link.until(() => link.results.length === 1);
    notice.resolve({ atMs: clock.now() + 120_000, reason: 'spot: terminate' });
    await link.until(() => link.said.includes('event'));
    task(link, 2);
    link.say({ $case: 'eventAck', value: { ...key, upTo: 1n } });
    await expect(ended).rejects.toMatchObject({ code: 'E_APPLIANCE_INTERRUPTED' });
    expect(link.results.map((each) => each.taskNumber)).toEqual([1]);
    expect(link.events).toMatchObject([
      { ...key, sequence: 1n, event: { $case: 'ended', value: { status: 'stopped' } } },
    ]);
  });

  it('does not wait for a controller that hears nothing', async () => {
    const notice = Promise.withResolvers<Interruption>();
    const { link, clock, ended } = start({ next: () => notice.promise });
    assign(link);
    await link.until(() => link.said.includes('accepted'));
    notice.resolve({ atMs: clock.now() + 30_000, reason: 'scheduled event Preempt' });
    await link.until(() => link.said.includes('event'));
    clock.advance(5_000);
    await expect(ended).rejects.toMatchObject({ code: 'E_APPLIANCE_INTERRUPTED' });
  });

  it('ends at the end of its life, though the controller still talks', async () => {
    const { link, clock, ended } = start();
    assign(link);
    await link.until(() => link.said.includes('accepted'));
    for (let ms = 0; ms < settings.lifetimeMsMax; ms += 30_000) {
      link.say({ $case: 'leasesRenewed', value: { renewed: [key], lost: [] } });
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(30_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(ended).rejects.toMatchObject({ code: 'E_LIFETIME_OVER' });
  });
});
