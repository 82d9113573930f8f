import { ManualClock } from '@firn/shared/time/manual-clock';
import { describe, expect, it } from 'vitest';
import { keepCertificate } from './keep-certificate.ts';

const hourMs = 60 * 60_000;
const logger = { info: () => {}, warn: () => {}, error: () => {}, child: () => logger };

/** Keeps a certificate that is due after 10 hours, for as long as the test runs it. */
function keeping(answers: readonly ('renewed' | 'refused')[]) {
  const clock = new ManualClock(0);
  const stop = new AbortController();
  const renewedAtMs: number[] = [];
  let dueMs = 10 * hourMs;
  const renew = async () => {
    const answer = answers[renewedAtMs.length];
    renewedAtMs.push(clock.now());
    if (answer === 'refused') throw new Error('the controller is away');
    dueMs = clock.now() + 10 * hourMs;
  };
  const identity = { workerId: 'w1', renewalDueMs: () => dueMs, renew };
  const ended = keepCertificate({ identity, clock, logger, random: () => 0 }, stop.signal);
  return {
    renewedAtMs,
    /** Lets time pass, ten minutes at a time. */
    async pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 10 * 60_000) {
        clock.advance(10 * 60_000);
        // The loop may look several times before it sleeps again.
        for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      }
    },
    end: () => {
      stop.abort();
      return ended;
    },
  };
}

describe('keeping a certificate', () => {
  it('renews it when it is due, and again when the new one is', async () => {
    const keeper = keeping(['renewed', 'renewed']);
    await keeper.pass(9 * hourMs);
    expect(keeper.renewedAtMs).toEqual([]);
    await keeper.pass(12 * hourMs);
    expect(keeper.renewedAtMs).toEqual([10 * hourMs, 20 * hourMs]);
    await keeper.end();
  });

  it('asks again every ten minutes while the controller refuses', async () => {
    const keeper = keeping(['refused', 'refused', 'renewed']);
    await keeper.pass(12 * hourMs);
    const again = 10 * 60_000;
    const due = 10 * hourMs;
    expect(keeper.renewedAtMs).toEqual([due, due + again, due + 2 * again]);
    await keeper.end();
  });
});
