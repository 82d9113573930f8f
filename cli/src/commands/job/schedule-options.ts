import { AppError } from '@firn/shared/errors/app-error';
import type { BackupWindow, Schedule, Weekday } from '@firn/shared/rest/schemas/schedule';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { positiveInteger } from '../resource.ts';
import { parseDays, parseWindow } from './week-hours.ts';

export interface ScheduleCliOptions {
  readonly schedule?: Schedule['kind'];
  readonly at?: string;
  readonly days?: Weekday[];
  readonly every?: number;
  readonly timeZone?: string;
  /** false: none any more. */
  readonly retries?: number | false;
  readonly retryWait?: number;
  /** false: at any time from now on. */
  readonly window?: BackupWindow['openHours'] | false;
  readonly windowTerminate?: boolean;
}

const retriesDefault = 3;
const retryWaitDefault = 10;

const periods: Readonly<Record<string, number>> = {
  '5m': 5,
  '10m': 10,
  '15m': 15,
  '30m': 30,
  '1h': 60,
  '2h': 120,
  '4h': 240,
  '8h': 480,
  '12h': 720,
};

/** When the job runs. @param kinds that this kind of job may have */
export function addScheduleOptions(command: Command, kinds: readonly Schedule['kind'][]): Command {
  return command
    .addOption(
      new Option(
        '--schedule <kind>',
        'when it runs; --at means daily, --every periodically',
      ).choices(kinds),
    )
    .option('--at <time>', 'daily: time of the day, HH:MM', timeOfDay)
    .option(
      '--days <days>',
      'daily: mon-fri, mon,thu, workdays, weekends (default: everyday)',
      parseDays,
    )
    .option('--every <period>', `periodically: ${Object.keys(periods).join(', ')}`, period)
    .option('--time-zone <name>', "of all times, e.g. Europe/Berlin (default: this machine's)")
    .option('--retries <n>', 'try again what failed, so many times', positiveInteger)
    .option(
      '--retry-wait <minutes>',
      `wait before each (default: ${retryWaitDefault})`,
      positiveInteger,
    )
    .option(
      '--window <days-hours>',
      'start only then: "mon-fri 20-6" (may be repeated)',
      parseWindow,
    )
    .option('--window-terminate', 'stop what still runs when the window closes');
}

/** For jobs that have a schedule. */
export function addScheduleRemovals(command: Command): Command {
  return command
    .option('--no-retries', 'do not try again')
    .option('--no-window', 'start at any time')
    .option('--no-window-terminate', 'let what runs end after the window closed');
}

/** The schedule that the options make of another; undefined: none of them was given. */
export function scheduleOf(options: ScheduleCliOptions, before?: Schedule): Schedule | undefined {
  const { schedule, at, days, every, timeZone, retries, retryWait, window, windowTerminate } =
    options;
  const given = [schedule, at, days, every, timeZone, retries, retryWait, window, windowTerminate];
  if (given.every((option) => option === undefined)) return undefined;
  const kind = kindOf(options, before);
  return {
    kind,
    ...timesOf(options, before?.kind === kind ? before : undefined),
    timeZone: timeZone ?? zoneOf(before),
    ...retryOf(options, before),
    ...windowOf(options, before),
  };
}

function kindOf({ schedule, at, every }: ScheduleCliOptions, before?: Schedule): Schedule['kind'] {
  if (schedule !== undefined) return schedule;
  if (at !== undefined) return 'daily';
  return every === undefined ? (before?.kind ?? 'manual') : 'periodically';
}

/** What does not fit the kind is sent as well: the controller says what is wrong. */
function timesOf({ at, days, every }: ScheduleCliOptions, before?: Schedule): Partial<Schedule> {
  const times = {
    days: days ?? before?.days,
    time: at ?? before?.time,
    everyMinutes: every ?? before?.everyMinutes,
  };
  return Object.fromEntries(Object.entries(times).filter(([, value]) => value !== undefined));
}

/** That of a job that had no times says nothing of what its user wants. */
function zoneOf(before: Schedule | undefined): string {
  const { kind = 'manual', timeZone } = before ?? {};
  const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return kind === 'manual' ? local : (timeZone ?? local);
}

function retryOf({ retries, retryWait }: ScheduleCliOptions, before?: Schedule): Partial<Schedule> {
  const isGiven = retries !== undefined || retryWait !== undefined;
  if (retries === false || (!isGiven && before?.retry === undefined)) return {};
  const { attempts = retriesDefault, waitMinutes = retryWaitDefault } = before?.retry ?? {};
  return { retry: { attempts: retries ?? attempts, waitMinutes: retryWait ?? waitMinutes } };
}

function windowOf(options: ScheduleCliOptions, before?: Schedule): Partial<Schedule> {
  const { window = before?.window?.openHours, windowTerminate } = options;
  if (window === false) return {};
  if (window !== undefined) {
    const terminate = windowTerminate ?? before?.window?.terminate ?? false;
    return { window: { openHours: window, terminate } };
  }
  if (windowTerminate !== true) return {};
  throw new AppError('E_REQUEST_INVALID', '--window-terminate needs a window: give --window');
}

function timeOfDay(text: string): string {
  const [, hour = '', minute = ''] = /^(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  if (hour === '' || Number(hour) > 23 || Number(minute) > 59) {
    throw new InvalidArgumentError('give a time of the day: 02:30, 22:00.');
  }
  return `${hour.padStart(2, '0')}:${minute}`;
}

function period(text: string): number {
  const minutes = periods[text];
  if (minutes !== undefined) return minutes;
  throw new InvalidArgumentError(`give one of ${Object.keys(periods).join(', ')}.`);
}
