import type { Bus } from '@firn/shared/bus/bus';
import { publishProgress } from '@firn/shared/bus/progress-meter';
import { AppError, isAppError } from '@firn/shared/errors/app-error';
import type { Counts, Work } from '@firn/shared/gen/firn/link/v1/work';
import { toProblem } from '@firn/shared/rpc/problem';
import { addCounts, noCounts } from '../domain/counts.ts';
import { outcomeOf } from '../domain/work-outcome.ts';
import { runSession } from './run-session.ts';
import { type SessionContext, stopReason } from './session-context.ts';

export interface SessionRun {
  readonly context: SessionContext;
  readonly work: Work;
  readonly bus: Bus;
  readonly workerId: () => string;
  /**
   * Another owner was met in the log: forgets what is owned and dials again;
   * the next try waits until this process is named.
   */
  readonly fenced: () => void;
}

/** How a run left the session. */
export type SessionLeft =
  /** Its end is journalled. */
  | 'ended'
  /** Another attempt has it: forget it. */
  | 'lost'
  /** The next process goes on with it. */
  | 'kept';

/**
 * Runs one attempt of a session to its end, telling progress meanwhile. What
 * the work fails with is the session's end, not an error of this function;
 * only a journal that cannot be written is.
 */
export async function runToEnd(run: SessionRun): Promise<SessionLeft> {
  const { context, bus, workerId } = run;
  const over = new AbortController();
  const { progress: meter, key, clock } = context;
  const telling = publishProgress({ meter, key, bus, clock, workerId }, over.signal);
  try {
    return await tryUntilOwned(run);
  } finally {
    over.abort();
    await telling;
  }
}

/** A fenced session is taken over again once this process is named the owner. */
async function tryUntilOwned(run: SessionRun): Promise<SessionLeft> {
  for (;;) {
    try {
      const own = await runSession(run.context, run.work);
      return await succeed(run.context, own);
    } catch (error) {
      const left = await afterError(run, error);
      if (left !== 'again') return left;
    }
  }
}

async function afterError(run: SessionRun, error: unknown): Promise<SessionLeft | 'again'> {
  const stopped = stopReason(run.context.signal);
  if (stopped === 'shutdown') return 'kept';
  if (stopped === 'lost' || isAppError(error, 'E_ASSIGNMENT_LOST')) return 'lost';
  if (isAppError(error, 'E_JOURNAL_FAILED')) throw error;
  if (stopped === undefined && isAppError(error, 'E_REPOSITORY_FENCED')) {
    run.fenced();
    return 'again';
  }
  return fail(run.context, error, stopped === 'cancelled');
}

async function succeed({ events }: SessionContext, own: Partial<Counts>): Promise<'ended'> {
  const counts = addCounts(events.counts, { ...noCounts(), ...own });
  await events.end({ status: outcomeOf(events.tally), counts, problem: undefined });
  return 'ended';
}

async function fail(
  { events }: SessionContext,
  error: unknown,
  cancelled: boolean,
): Promise<'ended'> {
  const reason = cancelled ? new AppError('E_CANCELLED', 'the session was cancelled') : error;
  const status = cancelled ? 'stopped' : 'failed';
  await events.end({ status, counts: events.counts, problem: toProblem(reason) });
  return 'ended';
}
