import type { RetentionPolicy as WirePolicy } from '@firn/shared/gen/firn/link/v1/work';
import {
  type Period,
  type PeriodUnit,
  periodStart,
  type RetentionPolicy,
} from '@firn/shared/repository/retention/policy';

const units: readonly PeriodUnit[] = ['days', 'weeks', 'months', 'years'];

/**
 * What cannot be understood keeps everything: a newer controller may know more
 * policies than this agent.
 */
export function decodePolicy(wire: WirePolicy | undefined): RetentionPolicy {
  const keepFor = decodePeriod(wire);
  if (wire?.type === 'item') return keepFor ? { type: 'item', keepFor } : { type: 'snapshot' };
  if (wire?.type !== 'snapshot') return { type: 'snapshot' };
  const keepLast = wire.keepLast > 0 ? wire.keepLast : undefined;
  const isUnknown = wire.keepCount > 0 && keepFor === undefined;
  return isUnknown ? { type: 'snapshot' } : { type: 'snapshot', keepFor, keepLast };
}

/** Items older than this are not backed up; undefined: all are. */
export function itemsSince(wire: WirePolicy | undefined, nowMs: number): number | undefined {
  const policy = decodePolicy(wire);
  return policy.type === 'item' ? periodStart(nowMs, policy.keepFor) : undefined;
}

function decodePeriod(wire: WirePolicy | undefined): Period | undefined {
  const unit = units.find((known) => known === wire?.keepUnit);
  const count = wire?.keepCount ?? 0;
  return unit === undefined || count === 0 ? undefined : { count, unit };
}
