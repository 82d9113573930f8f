import type { EntryBody, PointRef } from '../log/entry.ts';
import { expirePoints, retireObject } from '../log/expiry.ts';
import type { RepositoryLog } from '../log/repository-log.ts';
import { applyEntry, type LogState, pointsOf } from '../log/state.ts';
import { itemsSinceSetting } from './item-cutoff.ts';
import type { JobPlan } from './plan-jobs.ts';

/** Enters what the plans say. Safe to repeat and to interrupt. Needs ownership. */
export async function applyRetention(log: RepositoryLog, plans: readonly JobPlan[]): Promise<void> {
  await log.append((state) => cutoffsOf(state, plans));
  await log.append((state) => settingsOf(state, plans));
  for (const { lastPoints } of plans) {
    await expirePoints(log, lastPoints);
    const objects = new Map(lastPoints.map(({ jobId, objectId }) => [objectId, jobId]));
    for (const [objectId, jobId] of objects) await retireObject(log, { jobId, objectId });
  }
}

/** The state that the plans would lead to, for a dry run. */
export function foreseeRetention(state: LogState, plans: readonly JobPlan[]): LogState {
  let next = state;
  const apply = (body: EntryBody | undefined) => {
    if (body !== undefined) next = foreseen(next, body);
  };
  apply(cutoffsOf(next, plans));
  apply(settingsOf(next, plans));
  for (const { lastPoints } of plans) {
    if (lastPoints.length > 0) apply({ type: 'expire', points: lastPoints, cutoffs: {} });
    for (const { jobId, objectId } of lastPoints) apply({ type: 'retire', jobId, objectId });
  }
  return next;
}

function foreseen(state: LogState, body: EntryBody): LogState {
  const entry = {
    ...{ n: state.head + 1, entryId: '', previousDigest: state.digest, body },
    epoch: state.owner?.epoch ?? 0,
  };
  return applyEntry(state, { entry, digest: state.digest, storedAtMs: state.headAtMs }).state;
}

/** Cut-offs only advance: an older one, of a policy that keeps more than before, does nothing. */
function cutoffsOf(state: LogState, plans: readonly JobPlan[]): EntryBody | undefined {
  const cutoffs: Record<string, number> = {};
  for (const { jobId, cutoffMs } of plans) {
    if (cutoffMs !== undefined && cutoffMs > (state.cutoffs.get(jobId) ?? 0)) {
      cutoffs[jobId] = cutoffMs;
    }
  }
  const points = plans.flatMap(({ superseded }) => superseded).filter((ref) => isThere(state, ref));
  if (isEmpty(cutoffs) && points.length === 0) return undefined;
  return { type: 'expire', points, cutoffs };
}

function isThere(state: LogState, { jobId, objectId, sessionId }: PointRef): boolean {
  const points = pointsOf(state, jobId, objectId);
  return points.some((point) => point.sessionId === sessionId && !point.expired);
}

function settingsOf(state: LogState, plans: readonly JobPlan[]): EntryBody | undefined {
  const settings: Record<string, number | null> = {};
  for (const { jobId, itemsSinceMs } of plans) {
    const name = itemsSinceSetting(jobId);
    const known = state.settings.get(name) ?? null;
    const wanted = itemsSinceMs ?? null;
    if (known !== wanted) settings[name] = wanted;
  }
  return isEmpty(settings) ? undefined : { type: 'settings', settings };
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}
