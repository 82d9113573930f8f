import type { EntryBodyOf } from '../entry.ts';
import type { LogState, ObjectPoint, ObjectPoints, RestorePoint } from '../state.ts';

const noPoints: ObjectPoints = { points: [], retiredAtMs: undefined };

/** Adds a commit's points; objects that the session committed before keep their first. */
export function commitPoints(
  state: LogState,
  body: EntryBodyOf<'commit'>,
  committed: ReadonlySet<string>,
): LogState {
  const objects = new Map(state.points.get(body.jobId));
  for (const [objectId, root] of Object.entries(body.objects)) {
    if (committed.has(objectId)) continue;
    const { points } = objects.get(objectId) ?? noPoints;
    const point: ObjectPoint = {
      sessionId: body.sessionId,
      root,
      committedAtMs: state.headAtMs,
      n: state.head,
      expired: false,
    };
    const before = points.filter((older) => !older.expired);
    objects.set(objectId, { points: [...before, point], retiredAtMs: undefined });
  }
  return {
    ...state,
    points: new Map(state.points).set(body.jobId, objects),
    restorePoints: recordRestorePoint(state, body),
  };
}

function recordRestorePoint(
  state: LogState,
  body: EntryBodyOf<'commit'>,
): LogState['restorePoints'] {
  const { jobId, sessionId, done } = body;
  const others = (state.restorePoints.get(jobId) ?? []).filter(
    (other) => other.sessionId !== sessionId,
  );
  const point: RestorePoint = {
    jobId,
    sessionId,
    n: state.head,
    committedAtMs: state.headAtMs,
    complete: done,
  };
  return new Map(state.restorePoints).set(jobId, [...others, point]);
}

/**
 * Listed points expire at once; by a job's cut-off, those that another point of
 * their object (or its retirement) superseded before it. The newest point of an
 * object stays, marked, until the object is retired.
 */
export function expirePoints(state: LogState, body: EntryBodyOf<'expire'>): LogState {
  const cutoffs = new Map([...state.cutoffs, ...Object.entries(body.cutoffs)]);
  const listed = new Set(
    body.points.map((ref) => pointKey(ref.jobId, ref.objectId, ref.sessionId)),
  );
  const jobs = new Set([...body.points.map((ref) => ref.jobId), ...Object.keys(body.cutoffs)]);
  const points = new Map(state.points);
  const restorePoints = new Map(state.restorePoints);
  for (const jobId of jobs) {
    const objects = state.points.get(jobId);
    if (objects === undefined) continue;
    const cutoffMs = cutoffs.get(jobId) ?? 0;
    const isListed = (objectId: string, sessionId: string) =>
      listed.has(pointKey(jobId, objectId, sessionId));
    points.set(jobId, expireInJob(objects, cutoffMs, isListed));
    restorePoints.set(jobId, expireRestorePoints(state, { jobId, cutoffMs, isListed }));
  }
  return { ...state, cutoffs, points, restorePoints };
}

function pointKey(jobId: string, objectId: string, sessionId: string): string {
  return JSON.stringify([jobId, objectId, sessionId]);
}

type IsListed = (objectId: string, sessionId: string) => boolean;

function expireInJob(
  objects: ReadonlyMap<string, ObjectPoints>,
  cutoffMs: number,
  isListed: IsListed,
): ReadonlyMap<string, ObjectPoints> {
  const kept = new Map<string, ObjectPoints>();
  for (const [objectId, object] of objects) {
    const marked = object.points.map((point, i) => {
      const supersededAtMs = object.points[i + 1]?.committedAtMs ?? object.retiredAtMs;
      const isCutOff = supersededAtMs !== undefined && supersededAtMs < cutoffMs;
      const expired = point.expired || isCutOff || isListed(objectId, point.sessionId);
      return expired === point.expired ? point : { ...point, expired };
    });
    const points = dropExpired(marked, object.retiredAtMs !== undefined);
    if (points.length > 0) kept.set(objectId, { ...object, points });
  }
  return kept;
}

function dropExpired(points: readonly ObjectPoint[], retired: boolean): readonly ObjectPoint[] {
  return points.filter((point, i) => !point.expired || (!retired && i === points.length - 1));
}

/** A job's restore point goes by the cut-off, or with the last of its session's points. */
function expireRestorePoints(
  state: LogState,
  by: { readonly jobId: string; readonly cutoffMs: number; readonly isListed: IsListed },
): readonly RestorePoint[] {
  const objects = [...(state.points.get(by.jobId) ?? [])];
  return (state.restorePoints.get(by.jobId) ?? []).filter(({ sessionId, committedAtMs }) => {
    if (committedAtMs < by.cutoffMs) return false;
    const own = objects.filter(([, { points }]) =>
      points.some((point) => point.sessionId === sessionId && !point.expired),
    );
    return own.length === 0 || own.some(([objectId]) => !by.isListed(objectId, sessionId));
  });
}

/** The newest point of a retired object is a root only while it is unexpired. */
export function retireObject(state: LogState, body: EntryBodyOf<'retire'>): LogState {
  const objects = new Map(state.points.get(body.jobId));
  const object = objects.get(body.objectId);
  if (object === undefined || object.retiredAtMs !== undefined) return state;
  const points = dropExpired(object.points, true);
  if (points.length === 0) objects.delete(body.objectId);
  else objects.set(body.objectId, { points, retiredAtMs: state.headAtMs });
  return { ...state, points: new Map(state.points).set(body.jobId, objects) };
}
