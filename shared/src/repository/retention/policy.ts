/** How long what a job backed up is kept. All times by the storage's clock, all arithmetic in UTC. */

export type PeriodUnit = 'days' | 'weeks' | 'months' | 'years';

export interface Period {
  /** At least 1. */
  readonly count: number;
  readonly unit: PeriodUnit;
}

/**
 * - `snapshot`: a restore point stays while it is younger than the period or among
 *   the newest ones; with neither member all stay. An item stays while a point
 *   shows it.
 * - `item`: an item is shown, read and kept while its own date lies within the
 *   period, whatever points there are. A point that is older than the period
 *   shows nothing any more, and goes.
 */
export type RetentionPolicy =
  | {
      readonly type: 'snapshot';
      readonly keepFor?: Period | undefined;
      /** Complete points. At least 1. */
      readonly keepLast?: number | undefined;
    }
  | { readonly type: 'item'; readonly keepFor: Period };

const dayMs = 86_400_000;

/**
 * The time a period before nowMs. Months and years go by the calendar: a day that
 * the month lacks becomes its last one.
 */
export function periodStart(nowMs: number, { count, unit }: Period): number {
  if (unit === 'days') return nowMs - count * dayMs;
  if (unit === 'weeks') return nowMs - 7 * count * dayMs;
  return monthsBefore(nowMs, unit === 'years' ? 12 * count : count);
}

function monthsBefore(nowMs: number, months: number): number {
  const now = new Date(nowMs);
  const first = new Date(nowMs);
  first.setUTCDate(1);
  first.setUTCMonth(first.getUTCMonth() - months);
  const lastDay = new Date(first);
  lastDay.setUTCMonth(first.getUTCMonth() + 1, 0);
  first.setUTCDate(Math.min(now.getUTCDate(), lastDay.getUTCDate()));
  return first.getTime();
}

/** For messages: `3 months`, `1 day`. */
export function describePeriod({ count, unit }: Period): string {
  return `${count} ${count === 1 ? unit.slice(0, -1) : unit}`;
}
