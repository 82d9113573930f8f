import { describePeriod, periodStart, type RetentionPolicy } from './policy.ts';

/** A restore point of a job. */
export interface PointAge {
  /** The session that made it. */
  readonly pointId: string;
  readonly committedAtMs: number;
  readonly complete: boolean;
  /** Its session may still add to it. */
  readonly open: boolean;
}

export interface PlanRetention {
  /** Of one job, oldest first. */
  readonly points: readonly PointAge[];
  readonly policy: RetentionPolicy;
  readonly nowMs: number;
  /** The job is gone: its newest point ages out like any other. */
  readonly isAbandoned?: boolean;
  /** This point and all newer ones stay, however old. */
  readonly neededFrom?: string | undefined;
}

export interface GoingPoint {
  readonly pointId: string;
  readonly committedAtMs: number;
  /** For a user: `older than 30 days, and not among the newest 5`. */
  readonly reason: string;
}

export interface RetentionPlan {
  /** Oldest first. */
  readonly goes: readonly GoingPoint[];
  /** What was superseded before this time goes; undefined: nothing does. */
  readonly cutoffMs: number | undefined;
  /** Items that are older are not shown; undefined: the policy is about points. */
  readonly itemsSinceMs: number | undefined;
}

/**
 * Which points go. What stays is always the newest part of a job: both rules of a
 * policy say of a point that all newer ones stay as well, so that one cut-off
 * tells it all. The newest complete point stays, whatever its age, unless its
 * job is gone.
 */
export function planRetention(options: PlanRetention): RetentionPlan {
  const { points, policy, nowMs, isAbandoned = false } = options;
  const startMs = policy.keepFor && periodStart(nowMs, policy.keepFor);
  const itemsSinceMs = policy.type === 'item' ? startMs : undefined;
  const isStaying = staying(options, startMs);
  const firstStaying = points.findIndex(
    (point) => point.pointId === options.neededFrom || isStaying(point),
  );
  const going = points.slice(0, firstStaying < 0 ? points.length : firstStaying);
  const reason = reasonOf(policy);
  const goes = going.map(({ pointId, committedAtMs }) => ({ pointId, committedAtMs, reason }));
  const oldest = points[firstStaying];
  if (oldest === undefined)
    return { goes, cutoffMs: isAbandoned ? startMs : undefined, itemsSinceMs };
  return { goes, cutoffMs: going.length > 0 ? oldest.committedAtMs : undefined, itemsSinceMs };
}

function staying(
  { points, policy, isAbandoned }: PlanRetention,
  startMs: number | undefined,
): (point: PointAge) => boolean {
  const keepLast = policy.type === 'snapshot' ? policy.keepLast : undefined;
  if (startMs === undefined && keepLast === undefined) return () => true;
  const complete = points.filter((point) => point.complete);
  const newestKept = Math.max(keepLast ?? 0, isAbandoned === true ? 0 : 1);
  const kept = newestKept === 0 ? [] : complete.slice(-newestKept);
  const keptFromMs = kept[0]?.committedAtMs ?? Number.POSITIVE_INFINITY;
  return ({ committedAtMs, open }) =>
    open || committedAtMs >= keptFromMs || (startMs !== undefined && committedAtMs >= startMs);
}

function reasonOf(policy: RetentionPolicy): string {
  const reasons = policy.keepFor ? [`older than ${describePeriod(policy.keepFor)}`] : [];
  if (policy.type === 'item') return `${reasons[0]}: none of its items is within the period`;
  if (policy.keepLast !== undefined) reasons.push(`not among the newest ${policy.keepLast}`);
  return reasons.join(', and ');
}
