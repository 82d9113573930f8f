import { isOpenAt } from '../../domain/schedule/window.ts';
import type { NewSession, Session } from '../../domain/session.ts';
import { found } from '../resources/found.ts';
import { newBackupSession } from '../sessions/backup-session.ts';
import { newCopySession } from '../sessions/copy-session.ts';
import { type Start, settle, type Turn, tryStart } from './turn.ts';

/** Tries again what the session of `retryOf` did not do. */
export async function retrySession(turn: Turn): Promise<Session | undefined> {
  const { records, row, nowMs } = turn;
  const failedId = row.retryOf ?? '';
  const failed = found('session', failedId, await records.sessions.get(failedId));
  await records.schedules.setRetry(row.id, null);
  const key = { scheduleId: row.id, slot: `retry of ${failed.id}` };
  if (!(await records.schedules.claim(key, Date.parse(row.retryAt ?? row.now)))) return undefined;
  const start: Start = isOpenAt(row.schedule, nowMs)
    ? await tryStart(turn, () => again(turn, failed))
    : { outcome: 'skipped-window', reason: 'the backup window is closed' };
  const number = failed.retryNumber + 1;
  const of = row.schedule.retry?.attempts ?? number;
  const reason = start.outcome === 'started' ? `retry ${number} of ${of}` : start.reason;
  return settle(turn, key, { ...start, reason });
}

function again(turn: Turn, failed: Session): Promise<NewSession> {
  const { details, restorePointId, jobId, copyJobId } = failed;
  const retry = { retryOf: failed.retryOf ?? failed.id, retryNumber: failed.retryNumber + 1 };
  return failed.kind === 'copy'
    ? newCopySession(turn, copyJobId ?? '', { restorePointId, details, ...retry })
    : newBackupSession(turn, jobId ?? '', { details, ...retry });
}
