/** When a job runs. docs/schedules.md. */
export type Schedule = ScheduleOptions & When;

export type When =
  /** Only when somebody starts it. */
  | { readonly kind: 'manual' }
  | DailyTimes
  | PeriodicTimes
  /** Copy jobs: each restore point of the backup job in turn. */
  | { readonly kind: 'immediately' };

export interface DailyTimes {
  readonly kind: 'daily';
  /** At least one, in the order of the week. */
  readonly days: readonly Weekday[];
  /** HH:MM */
  readonly time: string;
}

export interface PeriodicTimes {
  readonly kind: 'periodically';
  /** One of `periodsMinutes`, from midnight of the time zone on. */
  readonly everyMinutes: number;
}

/** A schedule that has instants. */
export type RecurringSchedule = ScheduleOptions & (DailyTimes | PeriodicTimes);

export interface ScheduleOptions {
  /** A name of the IANA database, of all times and hours here. */
  readonly timeZone: string;
  readonly retry?: RetryRule;
  readonly window?: BackupWindow;
}

/** What a session that the schedule started, and that failed, gets. */
export interface RetryRule {
  readonly attempts: number;
  readonly waitMinutes: number;
}

/** The hours of a week in which the schedule may start sessions. */
export interface BackupWindow {
  readonly openHours: OpenHours;
  /** Sessions that the schedule started are stopped when the window closes. */
  readonly terminate: boolean;
}

/** Hours of each day, 0 to 23, that are open; a day that is not named is closed. */
export type OpenHours = Readonly<Partial<Record<Weekday, readonly number[]>>>;

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

export const weekdays: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

export const periodsMinutes: readonly number[] = [5, 10, 15, 30, 60, 120, 240, 480, 720];

export const manualSchedule: Schedule = { kind: 'manual', timeZone: 'UTC' };

export function isRecurring(schedule: Schedule): schedule is RecurringSchedule {
  return schedule.kind === 'daily' || schedule.kind === 'periodically';
}
