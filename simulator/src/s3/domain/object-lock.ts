import { S3Error } from './s3-error.ts';

export type LockMode = 'GOVERNANCE' | 'COMPLIANCE';

/** Until when a version may not be deleted. */
export interface Retention {
  readonly mode: LockMode;
  readonly untilMs: number;
}

/** What new versions of a bucket get. */
export interface DefaultRetention {
  readonly mode: LockMode;
  readonly period: { readonly days: number } | { readonly years: number };
}

/** The protection of a version. */
export interface LockState {
  readonly retention: Retention | undefined;
  readonly legalHold: boolean;
}

/** Who asks, and when. */
export interface LockAsker {
  readonly nowMs: number;
  /** The bypass header, from somebody who has the permission. */
  readonly bypassGovernance: boolean;
}

const PERIOD_DAYS_MAX = 36_500;

/** The retention that a default gives to a version made now. */
export function applyDefault({ mode, period }: DefaultRetention, nowMs: number): Retention {
  const until = new Date(nowMs);
  if ('days' in period) until.setUTCDate(until.getUTCDate() + period.days);
  else until.setUTCFullYear(until.getUTCFullYear() + period.years);
  return { mode, untilMs: until.getTime() };
}

/** Refuses to delete a protected version. */
export function checkDeletable({ retention, legalHold }: LockState, asker: LockAsker): void {
  if (!legalHold && !isInForce(retention, asker.nowMs)) return;
  if (!legalHold && retention?.mode === 'GOVERNANCE' && asker.bypassGovernance) return;
  throw new S3Error('AccessDenied', 'Access Denied because object protected by object lock.');
}

/**
 * Refuses a change that weakens a retention in force: compliance may only be prolonged, governance
 * weakened or exchanged only with the bypass header.
 */
export function checkRetentionChange(
  before: Retention | undefined,
  after: Retention | undefined,
  asker: LockAsker,
): void {
  if (after) checkUntil(after, asker.nowMs);
  if (!before || !isInForce(before, asker.nowMs)) return;
  const prolongs = after?.mode === before.mode && after.untilMs >= before.untilMs;
  if (prolongs || (before.mode === 'GOVERNANCE' && asker.bypassGovernance)) return;
  throw new S3Error('AccessDenied', 'Access Denied because object protected by object lock.');
}

/** Refuses a date that is not in the future or more than a hundred years away. */
export function checkUntil({ untilMs }: Retention, nowMs: number): void {
  if (untilMs <= nowMs) {
    throw new S3Error('InvalidArgument', 'The retain until date must be in the future!');
  }
  if (untilMs - nowMs > PERIOD_DAYS_MAX * 86_400_000) {
    throw new S3Error('InvalidArgument', 'The retain until date must be within 100 years.');
  }
}

function isInForce(retention: Retention | undefined, nowMs: number): boolean {
  return retention !== undefined && retention.untilMs > nowMs;
}
