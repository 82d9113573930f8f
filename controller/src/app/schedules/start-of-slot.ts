import { found } from '../resources/found.ts';
import { newBackupSession } from '../sessions/backup-session.ts';
import { newCopySession } from '../sessions/copy-session.ts';
import { startNextPoint } from './copy-next-point.ts';
import { type Start, type Turn, tryStart } from './turn.ts';

/** What a time of the schedule starts: a backup, or the copy of the latest point. */
export async function startOfSlot(turn: Turn): Promise<Start> {
  const { jobId, copyJobId } = turn.row;
  if (copyJobId !== null) return startOfCopy(turn, copyJobId);
  return tryStart(turn, () => newBackupSession(turn, jobId ?? '', {}));
}

async function startOfCopy(turn: Turn, copyJobId: string): Promise<Start> {
  const { copyQueue } = turn.records;
  if ((await copyQueue.next(copyJobId)) !== undefined) {
    return { outcome: 'skipped-overlap', reason: 'restore points wait for their copies' };
  }
  if (await isToSeed(turn, copyJobId)) return startSeeding(turn, copyJobId);
  const point = await copyQueue.latest(copyJobId);
  if (point === undefined) return nothingNew('the backup job has no restore point');
  const { restorePointId, isCopied } = point;
  if (isCopied) return nothingNew('the newest restore point is copied already');
  return tryStart(turn, () => newCopySession(turn, copyJobId, { restorePointId }));
}

/** The first run of a copy job that is to copy every point that is there. */
async function isToSeed({ records }: Turn, copyJobId: string): Promise<boolean> {
  const copyJob = found('backup copy job', copyJobId, await records.copyJobs.find(copyJobId));
  return copyJob.seed === 'all' && !(await records.copyQueue.hasRun(copyJobId));
}

async function startSeeding(turn: Turn, copyJobId: string): Promise<Start> {
  const count = await turn.records.copyQueue.enqueue(copyJobId, 'all');
  if (count === 0) return nothingNew('the backup job has no restore point');
  const start = await startNextPoint(turn, copyJobId);
  if (start.outcome !== 'started') return start;
  return { ...start, reason: `the first run: ${count} restore points are copied in turn` };
}

function nothingNew(reason: string): Start {
  return { outcome: 'nothing-new', reason };
}
