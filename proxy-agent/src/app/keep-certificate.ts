import type { Logger } from '@firn/shared/observe/logger';
import type { Clock } from '@firn/shared/time/clock';
import type { WorkerIdentity } from '../ports/worker-identity.ts';

const lookMs = 60 * 60_000;
const againMs = 10 * 60_000;

export interface KeepCertificate {
  readonly identity: WorkerIdentity;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1): so that workers enrolled together do not renew together. */
  readonly random: () => number;
}

/** Renews the certificate when two thirds of its life are over; ends with the signal. */
export async function keepCertificate(options: KeepCertificate, signal: AbortSignal) {
  const { identity, clock, logger, random } = options;
  const jitterMs = random() * lookMs;
  while (!signal.aborted) {
    let waitMs = identity.renewalDueMs() + jitterMs - clock.now();
    if (waitMs <= 0) {
      waitMs = againMs;
      try {
        await identity.renew(signal);
        logger.info('certificate.renewed');
      } catch (error) {
        logger.warn('certificate.not-renewed', { error });
      }
    }
    await clock.sleep(Math.min(waitMs, lookMs), signal).catch(() => undefined);
  }
}
