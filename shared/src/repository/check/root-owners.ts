import type { LogState, ObjectPoint, RestorePoint } from '../log/state.ts';
import { decodeRoot } from '../object/object-record.ts';

/** A root, and who shows it. */
export interface OwnedRoot {
  readonly root: string;
  /** Restore points of the job that show it, oldest first: `<job>/<point>`. */
  readonly points: readonly string[];
}

/** All roots of one object of one job, oldest first. */
export interface OwnedObject {
  readonly jobId: string;
  readonly objectId: string;
  readonly roots: readonly OwnedRoot[];
  /** Where its oldest record lies: objects in this order are read from few packs at a time. */
  readonly order: string;
}

/** Every object that a point or a pin needs, in the order in which they were stored first. */
export function ownedObjects(state: LogState): readonly OwnedObject[] {
  const owned = new Map<string, { jobId: string; objectId: string; roots: OwnedRoot[] }>();
  const rootsOfObject = (jobId: string, objectId: string): OwnedRoot[] => {
    const key = JSON.stringify([jobId, objectId]);
    const object = owned.get(key) ?? { jobId, objectId, roots: [] };
    owned.set(key, object);
    return object.roots;
  };
  for (const [jobId, objects] of state.points) {
    const restorePoints = state.restorePoints.get(jobId) ?? [];
    for (const [objectId, { points }] of objects) {
      for (const [at, point] of points.entries()) {
        const shown = shownBy(restorePoints, point, points[at + 1]);
        rootsOfObject(jobId, objectId).push({ root: point.root, points: shown });
      }
    }
  }
  for (const { points, untilMs } of state.pins.values()) {
    if (untilMs <= state.headAtMs) continue;
    for (const { jobId, objectId, sessionId, root } of points) {
      const roots = rootsOfObject(jobId, objectId);
      const isKnown = roots.some((known) => known.root === root);
      // What only a pin keeps has expired: it is older than all others.
      if (!isKnown) roots.unshift({ root, points: [`${jobId}/${sessionId}`] });
    }
  }
  return [...owned.values()]
    .map((object) => ({ ...object, order: orderOf(object.roots[0]?.root ?? '') }))
    .sort((a, b) => compare(a.order, b.order));
}

function shownBy(
  restorePoints: readonly RestorePoint[],
  point: ObjectPoint,
  next: ObjectPoint | undefined,
): string[] {
  return restorePoints
    .filter(({ n }) => n >= point.n && (next === undefined || n < next.n))
    .map(({ jobId, sessionId }) => `${jobId}/${sessionId}`);
}

function orderOf(root: string): string {
  const { ref, ordinal } = decodeRoot(root);
  const place = [ref.offset, ordinal].map((each) => String(each).padStart(12, '0'));
  return [ref.pack, ...place].join(':');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
