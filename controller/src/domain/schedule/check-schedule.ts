import { AppError } from '@firn/shared/errors/app-error';
import {
  type BackupWindow,
  periodsMinutes,
  type RetryRule,
  type Schedule,
  type ScheduleOptions,
  type Weekday,
  type When,
  weekdays,
} from './schedule.ts';

/** A schedule as somebody asks for it. */
export interface AskedSchedule {
  readonly kind: Schedule['kind'];
  readonly days?: readonly Weekday[];
  readonly time?: string;
  readonly everyMinutes?: number;
  /** Default UTC. */
  readonly timeZone?: string;
  readonly retry?: RetryRule;
  readonly window?: BackupWindow;
}

export interface ScheduleRules {
  /** Only a copy job has something that it can follow immediately. */
  readonly of: 'backup job' | 'backup copy job';
  readonly knowsTimeZone: (name: string) => boolean;
}

/** The schedule that is meant; E_REQUEST_INVALID says what is wrong with it. */
export function checkSchedule(asked: AskedSchedule, rules: ScheduleRules): Schedule {
  const { timeZone = 'UTC', retry, window } = asked;
  if (!rules.knowsTimeZone(timeZone)) {
    refuse(`there is no time zone "${timeZone}": give a name such as Europe/Berlin`);
  }
  if (asked.kind === 'immediately' && rules.of === 'backup job') {
    refuse('only a backup copy job can run immediately: a backup job has nothing to follow');
  }
  const when = checkWhen(asked);
  const options: ScheduleOptions = {
    timeZone,
    ...(retry === undefined ? {} : { retry }),
    ...(window === undefined ? {} : { window: checkWindow(window) }),
  };
  if (window !== undefined) assertRunsWithin(when, window);
  return { ...when, ...options };
}

function checkWhen({ kind, days = weekdays, time, everyMinutes }: AskedSchedule): When {
  if (kind !== 'periodically' && everyMinutes !== undefined) {
    refuse(`everyMinutes is of the schedule periodically, not ${kind}`);
  }
  if (kind !== 'daily' && (time !== undefined || days !== weekdays)) {
    refuse(`days and time are of the schedule daily, not ${kind}`);
  }
  if (kind === 'daily') {
    if (time === undefined) refuse('the schedule daily needs a time, HH:MM');
    if (days.length === 0) refuse('the schedule daily needs a day of the week');
    return { kind, days: weekdays.filter((day) => days.includes(day)), time };
  }
  if (kind !== 'periodically') return { kind };
  if (everyMinutes === undefined || !periodsMinutes.includes(everyMinutes)) {
    refuse(`the schedule periodically needs everyMinutes, one of ${periodsMinutes.join(', ')}`);
  }
  return { kind, everyMinutes };
}

function checkWindow({ openHours, terminate }: BackupWindow): BackupWindow {
  const open = weekdays
    .map((day) => [day, [...new Set(openHours[day])].toSorted((a, b) => a - b)] as const)
    .filter(([, hours]) => hours.length > 0);
  if (open.length === 0) refuse('the backup window is never open');
  return { openHours: Object.fromEntries(open), terminate };
}

/** Else a run would never be, and nobody would know before it is missed. */
function assertRunsWithin(when: When, { openHours }: BackupWindow): void {
  if (when.kind === 'daily') {
    const hour = Number(when.time.slice(0, 2));
    const closed = when.days.filter((day) => openHours[day]?.includes(hour) !== true);
    if (closed.length === 0) return;
    refuse(`the backup window is closed at ${when.time} on ${closed.join(', ')}`);
  }
  if (when.kind !== 'periodically') return;
  const { everyMinutes } = when;
  const isHourOfRun = (hour: number) => everyMinutes <= 60 || (hour * 60) % everyMinutes === 0;
  const runs = weekdays.some((day) => openHours[day]?.some(isHourOfRun) === true);
  if (!runs) refuse(`the backup window is never open when ${everyMinutes / 60} hours are over`);
}

function refuse(message: string): never {
  throw new AppError('E_REQUEST_INVALID', message);
}
