import type { Session } from '../../domain/session.ts';
import type { Records } from '../../ports/records.ts';
import type { ScheduleRow } from '../../ports/schedule-records.ts';

/**
 * A session has ended: whether its schedule tries again. Only what the schedule
 * started is tried again, and nothing once somebody's session has done the work.
 */
export async function planRetry(records: Records, session: Session): Promise<void> {
  if (session.kind !== 'backup' && session.kind !== 'copy') return;
  const { schedules, copyQueue } = records;
  const row = await schedules.ofSession(session.id);
  if (row !== undefined && wasCutOff(session) && followsPoints(row)) {
    const { id: sessionId, restorePointId } = session;
    if (restorePointId !== null)
      await copyQueue.enqueueAgain(row.id, { sessionId, restorePointId });
  }
  const retry = row?.enabled === true ? row.schedule.retry : undefined;
  if (row !== undefined && retry !== undefined && isToRetry(session, retry.attempts)) {
    const { waitMinutes } = retry;
    await schedules.setRetry(row.id, { sessionId: session.id, waitMinutes });
  } else if (row !== undefined || session.state === 'success') {
    await schedules.setRetry((session.copyJobId ?? session.jobId) as string, null);
  }
}

/** By its window, and not by somebody. */
function wasCutOff({ state, problem }: Session): boolean {
  return state === 'stopped' && problem?.code === 'E_WINDOW_CLOSED';
}

/** There is no next time that would go on with it. */
function followsPoints({ enabled, schedule }: ScheduleRow): boolean {
  return enabled && schedule.kind === 'immediately';
}

/** Objects that failed are worth another try as well, though the session was none in vain. */
function isToRetry({ state, objectCounts, retryNumber }: Session, attempts: number): boolean {
  const failed = state === 'failed' || (state === 'warning' && objectCounts.failed > 0);
  return failed && retryNumber < attempts;
}
