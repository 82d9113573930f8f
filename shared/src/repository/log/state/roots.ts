import type { PointRef } from '../entry.ts';
import type { LogState, Pin } from '../state.ts';

/** A pin holds until its time has come by the storage's clock, as the log knows it. */
function activePins(state: LogState) {
  return [...state.pins.values()].filter((pin) => pin.untilMs > state.headAtMs);
}

/**
 * Roots for marking (rule 7): unexpired points, pinned points, and the newest
 * point per (job, object) until it is retired. The state holds no others.
 */
export function rootsOf(state: LogState): ReadonlySet<string> {
  const roots = new Set<string>();
  for (const objects of state.points.values()) {
    for (const { points } of objects.values()) {
      for (const point of points) roots.add(point.root);
    }
  }
  for (const pin of activePins(state)) {
    for (const point of pin.points) roots.add(point.root);
  }
  return roots;
}

/** What somebody may be reading just now. */
export function pinnedRoots(state: LogState): ReadonlySet<string> {
  const points = activePins(state).flatMap((pin) => pin.points);
  return new Set(points.map(({ root }) => root));
}

/** Roots that may be replaced: all but the newest of an object whose job has an open session. */
export function mendableRoots(state: LogState): ReadonlySet<string> {
  const roots = new Set(rootsOf(state));
  for (const jobId of state.openSessions.keys()) {
    for (const { points } of state.points.get(jobId)?.values() ?? []) {
      roots.delete(points.at(-1)?.root ?? '');
    }
  }
  return roots;
}

/** The root of a point that is still kept, by itself or by a pin. */
export function rootOfPoint(state: LogState, ref: PointRef): string | undefined {
  return rootAmong(state, activePins(state), ref);
}

/**
 * As rootOfPoint, for an entry that was judged before its time was known: a pin
 * whose time came with the entry itself counts.
 */
export function rootOfJudgedPoint(state: LogState, ref: PointRef): string | undefined {
  return rootAmong(state, state.pins.values(), ref);
}

function rootAmong(state: LogState, pins: Iterable<Pin>, ref: PointRef): string | undefined {
  const { jobId, objectId, sessionId } = ref;
  const kept = state.points.get(jobId)?.get(objectId)?.points;
  const point = kept?.find((candidate) => candidate.sessionId === sessionId);
  if (point !== undefined) return point.root;
  for (const pin of pins) {
    const pinned = pin.points.find((candidate) => isSamePoint(candidate, ref));
    if (pinned !== undefined) return pinned.root;
  }
  return undefined;
}

function isSamePoint(a: PointRef, b: PointRef): boolean {
  return a.sessionId === b.sessionId && a.objectId === b.objectId && a.jobId === b.jobId;
}
