import type { PointRef } from './entry.ts';
import type { RepositoryLog } from './repository-log.ts';

/**
 * Expires points. The caller sees to it that no restore point that is to stay
 * shows them; the newest point of an object stays until the object is retired.
 */
export async function expirePoints(log: RepositoryLog, points: readonly PointRef[]): Promise<void> {
  if (points.length === 0) return;
  await log.append(() => ({ type: 'expire', points, cutoffs: {} }));
}

export interface CutoffChange {
  readonly jobId: string;
  /** By the storage's clock. */
  readonly cutoffMs: number;
}

/** Expires what was superseded before cutoffMs. Cut-offs only advance: an older one does nothing. */
export async function advanceCutoff(log: RepositoryLog, change: CutoffChange): Promise<void> {
  const { jobId, cutoffMs } = change;
  await log.append((state) => {
    if (cutoffMs <= (state.cutoffs.get(jobId) ?? 0)) return undefined;
    return { type: 'expire', points: [], cutoffs: { [jobId]: cutoffMs } };
  });
}

export interface ObjectOfJob {
  readonly jobId: string;
  readonly objectId: string;
}

/** The object left the job: its newest point may expire. Safe to repeat. */
export async function retireObject(log: RepositoryLog, object: ObjectOfJob): Promise<void> {
  const { jobId, objectId } = object;
  await log.append((state) => {
    const known = state.points.get(jobId)?.get(objectId);
    if (known === undefined || known.retiredAtMs !== undefined) return undefined;
    return { type: 'retire', jobId, objectId };
  });
}
