import { isOpenAt } from '../../domain/schedule/window.ts';
import type { Session } from '../../domain/session.ts';
import { newCopySession } from '../sessions/copy-session.ts';
import { type Start, settle, type Turn, tryStart } from './turn.ts';

/** Goes on with the restore points that wait for their copies, while the window is open. */
export async function copyNextPoint(turn: Turn): Promise<Session | undefined> {
  const { row, nowMs } = turn;
  if (row.copyJobId === null || !isOpenAt(row.schedule, nowMs)) return undefined;
  const start = await startNextPoint(turn, row.copyJobId);
  return start.outcome === 'started' ? start.session : undefined;
}

/**
 * Starts the copy of the oldest point that waits. It goes on waiting while it
 * cannot be; points that have gone meanwhile are told as missed.
 */
export async function startNextPoint(turn: Turn, copyJobId: string): Promise<Start> {
  for (;;) {
    const waiting = await turn.records.copyQueue.next(copyJobId);
    if (waiting === undefined) return { outcome: 'nothing-new', reason: 'no restore point waits' };
    const { restorePointId, isGone } = waiting;
    if (!isGone) {
      const start = await tryStart(turn, () => newCopySession(turn, copyJobId, { restorePointId }));
      if (start.outcome === 'started') await settle(turn, waiting, start);
      return start;
    }
    const reason = 'the restore point has gone before it was copied';
    await turn.records.schedules.settle(waiting, { outcome: 'missed', missed: 1, reason });
  }
}
