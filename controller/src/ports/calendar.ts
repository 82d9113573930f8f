import type { RecurringSchedule } from '../domain/schedule/schedule.ts';

/** Turns wall times into instants. */
export interface Calendar {
  /**
   * The first slot after afterMs, whatever the window says. Daily: once on every
   * day that the schedule names, also on days when clocks change: a time that does
   * not come is the first that does after it, one that comes twice is its first.
   * Periodically: every wall time that comes, as often as it comes.
   */
  next(schedule: RecurringSchedule, afterMs: number): number;
  knowsTimeZone(name: string): boolean;
}

/** Calls regularly, for as long as the program runs. */
export interface Ticker {
  /**
   * Never calls again before the call before has ended. The work does not fail.
   * @returns ends it, and waits for a call that is under way
   */
  start(work: () => Promise<void>): () => Promise<void>;
}
