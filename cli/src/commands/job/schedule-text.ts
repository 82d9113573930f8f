import type { Schedule } from '@firn/shared/rest/schemas/schedule';
import { describeDays, describeWindow } from './week-hours.ts';

interface Scheduled {
  readonly schedule: Schedule;
  readonly enabled: boolean;
  readonly nextRunAt?: string;
}

/** `daily at 02:30`: what fits into a table. */
export function describeWhen({ schedule, enabled }: Scheduled): string {
  return enabled ? whenOf(schedule) : `${whenOf(schedule)}, disabled`;
}

function whenOf({ kind, days = [], time, everyMinutes = 0 }: Schedule): string {
  if (kind === 'daily') return `${describeDays(days)} at ${time}`;
  if (kind !== 'periodically') return kind;
  return everyMinutes < 60 ? `every ${everyMinutes} minutes` : `every ${everyMinutes / 60} h`;
}

/** All of it, in a few lines, without the name of the job. */
export function describeSchedule(job: Scheduled): string {
  const { timeZone, retry, window } = job.schedule;
  const lines = [`schedule: ${describeWhen(job)} (${timeZone})`];
  if (retry !== undefined) {
    lines.push(`retries: ${retry.attempts}, after ${retry.waitMinutes} min each`);
  }
  if (window !== undefined) {
    const end = window.terminate
      ? 'what runs is stopped when it closes'
      : 'what runs may end later';
    lines.push(`window: ${describeWindow(window.openHours)}; ${end}`);
  }
  lines.push(`next run: ${describeNextRun(job)}`);
  return lines.join('\n');
}

/** By the clock of the schedule's time zone: `2027-03-28 03:00`. */
export function describeNextRun({ schedule, enabled, nextRunAt }: Scheduled): string {
  if (nextRunAt !== undefined) return wallTime(nextRunAt, schedule.timeZone);
  if (enabled && schedule.kind === 'immediately') return 'after the next restore point';
  return 'when it is started by hand';
}

export function wallTime(at: string, timeZone = 'UTC'): string {
  // The Swedish form is that of ISO 8601.
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  return format.format(Date.parse(at));
}
