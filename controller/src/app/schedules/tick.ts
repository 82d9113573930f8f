import { AppError } from '@firn/shared/errors/app-error';
import { isOpenAt } from '../../domain/schedule/window.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { toSummary } from '../sessions/problem-summary.ts';
import { requestStop } from '../sessions/stop-session.ts';
import { runSchedule } from './run-schedule.ts';

/**
 * Starts what is due and stops what a closed window ends. Any number of controllers
 * may do it at any time. Never fails: what fails is logged, and due at the next tick.
 */
export async function tickSchedules(context: AppContext): Promise<void> {
  const { logger } = context;
  try {
    await closeWindows(context);
    for (const id of await context.database.schedules.dueIds()) {
      await runOne(context, id).catch((error: unknown) => {
        logger.error('schedule.failed', { scheduleId: id, error });
      });
    }
  } catch (error) {
    logger.error('schedules.failed', { error });
  }
}

async function runOne(context: AppContext, scheduleId: string): Promise<void> {
  const { database, calendar, secrets, logger } = context;
  const session = await database.transaction((records) =>
    runSchedule({ records, calendar, secrets }, scheduleId),
  );
  if (session === undefined) return;
  logger.info('schedule.started', { scheduleId, sessionId: session.id });
  announceSession(context, session);
}

/** What these sessions committed, or have in the journal, stays. */
async function closeWindows(context: AppContext): Promise<void> {
  const problem = toSummary(new AppError('E_WINDOW_CLOSED', 'the backup window closed'));
  for (const session of await context.database.schedules.endingWithWindow()) {
    if (isOpenAt(session.schedule, Date.parse(session.now))) continue;
    await requestStop(context, session.sessionId, problem);
  }
}
