import { describe, expect, it } from 'vitest';
import type { Interruption } from '../src/ports/interruptions.ts';
import { assign, key, settings, start, task } from './played-appliance.ts';

const next = { sessionId: 'copy-2', attempt: 1 };
const keepWarmMs = 30_000;

/** One that did its work, and waits. */
async function warm(options: { keepWarmMs?: number; interruption?: Promise<Interruption> } = {}) {
  const { interruption } = options;
  const appliance = start(interruption && { next: () => interruption });
  const { link } = appliance;
  assign(link, { keepWarmMs, storages: ['hot', 'cold'], ...options });
  task(link, 1);
  await link.until(() => link.results.length === 1);
  task(link, 0, true);
  await link.until(() => link.beats.length === 1);
  return appliance;
}

describe('an appliance that is kept warm', () => {
  it('says that it has nothing more, and is done when its time is over', async () => {
    const { link, clock, ended } = await warm();
    expect(link.beats).toMatchObject([{ running: [] }]);
    clock.advance(keepWarmMs);
    await ended;
  });

  it('takes another assignment, and is done after that one if it is not to wait again', async () => {
    const { link, clock, ended } = await warm();
    assign(link, { of: next });
    task(link, 1, false, next);
    await link.until(() => link.results.length === 2);
    expect(link.results[1]).toMatchObject({ ...next, taskNumber: 1 });
    clock.advance(keepWarmMs);
    task(link, 2, false, next);
    await link.until(() => link.results.length === 3);
    task(link, 0, true, next);
    await ended;
  });

  it('holds nothing of the assignment before: no credential, no result, no task', async () => {
    const { link, credentials, stop } = await warm();
    task(link, 1);
    assign(link, { of: next, storages: ['hot', 'cold'], expiresAt: new Date(0) });
    task(link, 2);
    await link.until(() => link.said.filter((each) => each === 'accepted').length === 2);
    expect(link.results.map(({ sessionId }) => sessionId)).toEqual([key.sessionId]);
    const [, , , target] = credentials;
    const asked = target?.().catch(() => undefined);
    await link.until(() => link.asked.length === 1);
    expect(link.asked).toEqual([{ sessionId: next.sessionId, storageId: 'cold' }]);
    stop.abort();
    await asked;
  });

  it('does not outlive a controller that is silent', async () => {
    const { clock, ended } = await warm({ keepWarmMs: 10 * settings.silenceMsMax });
    clock.advance(settings.silenceMsMax);
    await expect(ended).rejects.toMatchObject({ code: 'E_CONTROLLER_SILENT' });
  });

  it('does not outlive its longest life, though the controller still talks', async () => {
    const { link, clock, ended } = await warm({ keepWarmMs: 2 * settings.lifetimeMsMax });
    for (let ms = 0; ms < settings.lifetimeMsMax; ms += 30_000) {
      link.say({ $case: 'leasesRenewed', value: { renewed: [], lost: [] } });
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(30_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await expect(ended).rejects.toMatchObject({ code: 'E_LIFETIME_OVER' });
  });

  it('ends at once when its machine is taken away', async () => {
    const notice = Promise.withResolvers<Interruption>();
    const { link, clock, ended } = await warm({ interruption: notice.promise });
    notice.resolve({ atMs: clock.now() + 120_000, reason: 'spot: terminate' });
    await expect(ended).rejects.toMatchObject({ code: 'E_APPLIANCE_INTERRUPTED' });
    expect(link.events).toEqual([]);
  });

  it('does not mind that the session which it had is over', async () => {
    const { link, clock, ended } = await warm();
    link.say({ $case: 'leasesRenewed', value: { renewed: [], lost: [key] } });
    link.say({ $case: 'cancel', value: { sessionId: key.sessionId, reason: '' } });
    assign(link, { of: next, keepWarmMs });
    await link.until(() => link.said.filter((each) => each === 'accepted').length === 2);
    task(link, 0, true, next);
    await link.until(() => link.beats.length === 2);
    clock.advance(keepWarmMs);
    await ended;
  });
});
