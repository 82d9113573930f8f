import { isAppError } from '@firn/shared/errors/app-error';
import type { StorePorts } from '@firn/shared/object-store/composed-stores';
import type { Clock } from '@firn/shared/time/clock';
import { systemClock } from '@firn/shared/time/system-clock';
import { systemRandom } from '@firn/shared/time/system-random';
import type { PasswordStreams } from '../password/password-input.ts';

/** Who called the command, and may want it to end. */
export interface Caller {
  readonly streams: PasswordStreams;
  readonly signal: AbortSignal;
}

/** Several readers wait at the same time: one line tells of all. */
const tellEveryMs = 1_000;

/** Ports of a storage that somebody waits for: each wait is told, and ends with the caller's signal. */
export function patientPorts({ streams, signal }: Caller): StorePorts {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    clock: endingWith(systemClock, signal),
    random: systemRandom,
    onRetry: (error, attempt, delayMs) => {
      const nowMs = systemClock.now();
      if (nowMs - toldAtMs < tellEveryMs) return;
      toldAtMs = nowMs;
      const why = isAppError(error) ? `${error.code}: ${error.message}` : String(error);
      const next = `try ${attempt + 1} in ${(delayMs / 1000).toFixed(1)} s`;
      streams.stderr.write(`${why}; ${next}\n`);
    },
  };
}

function endingWith(clock: Clock, signal: AbortSignal): Clock {
  return {
    now: () => clock.now(),
    sleep: (ms, own) =>
      clock.sleep(ms, own === undefined ? signal : AbortSignal.any([own, signal])),
  };
}
