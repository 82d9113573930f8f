import type { PointRef } from '../log/entry.ts';
import { isSessionOpen, type LogState } from '../log/state.ts';
import { planRetention, type RetentionPlan } from './plan-retention.ts';
import type { RetentionPolicy } from './policy.ts';

export interface JobPolicy {
  readonly policy: RetentionPolicy;
  /** The job is gone; what it stored still ages out, the newest point too. */
  readonly isAbandoned: boolean;
  /** This restore point and all newer ones stay, however old: they are still to be copied. */
  readonly neededFrom?: string | undefined;
}

export type PolicyOf = (jobId: string) => JobPolicy;

export interface JobPlan extends RetentionPlan {
  readonly jobId: string;
  /** Nothing of an abandoned job stays: its newest points, kept as bases, go too. */
  readonly lastPoints: readonly PointRef[];
  /**
   * Points that the oldest restore point to stay supersedes. Its own commit is
   * the cut-off, which takes only what was superseded before it.
   */
  readonly superseded: readonly PointRef[];
}

/** What retention does to each job that the log knows. */
export function planJobs(state: LogState, policyOf: PolicyOf, nowMs: number): readonly JobPlan[] {
  return [...state.points.keys()].sort().map((jobId) => {
    const { policy, isAbandoned, neededFrom } = policyOf(jobId);
    const restorePoints = state.restorePoints.get(jobId) ?? [];
    const points = restorePoints.map(({ sessionId, committedAtMs, complete }) => ({
      pointId: sessionId,
      ...{ committedAtMs, complete, open: isSessionOpen(state, sessionId) },
    }));
    const plan = planRetention({ points, policy, nowMs, isAbandoned, neededFrom });
    const isOver = isAbandoned && plan.goes.length === points.length;
    const isOpen = state.openSessions.has(jobId);
    const lastPoints = isOver && !isOpen ? allPoints(state, jobId) : [];
    const superseded = supersededAt(state, jobId, plan.cutoffMs);
    return { jobId, ...plan, lastPoints, superseded };
  });
}

function supersededAt(
  state: LogState,
  jobId: string,
  cutoffMs: number | undefined,
): readonly PointRef[] {
  const restorePoints = state.restorePoints.get(jobId) ?? [];
  const oldest = restorePoints.find(({ committedAtMs }) => committedAtMs === cutoffMs);
  if (oldest === undefined) return [];
  return [...(state.points.get(jobId) ?? [])].flatMap(([objectId, { points }]) =>
    points.flatMap(({ sessionId }, at) => {
      const next = points[at + 1];
      const isSuperseded = next !== undefined && next.n <= oldest.n;
      return isSuperseded ? [{ jobId, objectId, sessionId }] : [];
    }),
  );
}

function allPoints(state: LogState, jobId: string): PointRef[] {
  return [...(state.points.get(jobId) ?? [])].flatMap(([objectId, { points }]) =>
    points.map(({ sessionId }) => ({ jobId, objectId, sessionId })),
  );
}
