import { Cron } from 'croner';
import {
  type DailyTimes,
  type PeriodicTimes,
  type RecurringSchedule,
  weekdays,
} from '../../domain/schedule/schedule.ts';
import { wallClockAt } from '../../domain/schedule/wall-clock.ts';
import type { Calendar } from '../../ports/calendar.ts';

export const cronerCalendar: Calendar = {
  next: (schedule, afterMs) =>
    schedule.kind === 'daily' ? nextDaily(schedule, afterMs) : nextOf(cronOf(schedule), afterMs),
  knowsTimeZone: (name) => {
    try {
      return new Intl.DateTimeFormat('en-US', { timeZone: name }) !== undefined;
    } catch {
      return false;
    }
  },
};

/**
 * croner moves a time that does not come to the first that does after it, and gives
 * the first of a time that comes twice. But it passes over a day whose last hour is
 * left out (America/Nuuk: 23:00 on a Saturday is 00:00 on Sunday): such a day's slot
 * is the midnight that came instead.
 */
function nextDaily(schedule: RecurringSchedule & DailyTimes, afterMs: number): number {
  const nextMs = nextOf(cronOf(schedule), afterMs);
  const midnights = patternIn('0 0 * * *', schedule.timeZone);
  for (let atMs = nextOf(midnights, afterMs); atMs < nextMs; atMs = nextOf(midnights, atMs)) {
    if (endedBeforeItsTime(schedule, atMs)) return atMs;
  }
  return nextMs;
}

/** Whether the day that ends at this midnight is one of the schedule's, and had no such time. */
function endedBeforeItsTime(
  { days, time, timeZone }: RecurringSchedule & DailyTimes,
  atMs: number,
) {
  const last = wallClockAt(timeZone, atMs - 1);
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return days.includes(last.day) && last.hour * 60 + last.minute < hour * 60 + minute;
}

const patternsByPeriod: Readonly<Record<number, string>> = {
  5: '*/5 * * * *',
  10: '*/10 * * * *',
  15: '*/15 * * * *',
  30: '*/30 * * * *',
  60: '0 * * * *',
  120: '0 */2 * * *',
  240: '0 */4 * * *',
  480: '0 */8 * * *',
  720: '0 */12 * * *',
};

function cronOf(schedule: RecurringSchedule): Cron {
  return patternIn(patternOf(schedule), schedule.timeZone);
}

function patternOf(times: DailyTimes | PeriodicTimes): string {
  if (times.kind === 'periodically') return patternsByPeriod[times.everyMinutes] ?? '0 0 * * *';
  const [hour, minute] = times.time.split(':').map(Number);
  // cron counts from Sunday, which is 0 or 7.
  const days = times.days.map((day) => weekdays.indexOf(day) + 1);
  return `${minute} ${hour} * * ${days.join(',')}`;
}

const crons = new Map<string, Cron>();

function patternIn(pattern: string, timezone: string): Cron {
  const key = `${timezone} ${pattern}`;
  const cron = crons.get(key) ?? new Cron(pattern, { timezone, paused: true });
  crons.set(key, cron);
  return cron;
}

function nextOf(cron: Cron, afterMs: number): number {
  const next = cron.nextRun(new Date(afterMs));
  if (next === null) throw new Error(`${cron.getPattern() ?? ''} never comes`);
  return next.getTime();
}
