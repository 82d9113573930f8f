import type { BackupWindow, Weekday } from '@firn/shared/rest/schemas/schedule';
import { InvalidArgumentError } from 'commander';

type OpenHours = BackupWindow['openHours'];

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

const named: Readonly<Record<string, readonly Weekday[]>> = {
  everyday: week,
  workdays: week.slice(0, 5),
  weekends: week.slice(5),
};

/** `everyday`, `workdays`, `weekends`, `mon`, `mon-fri`, `fri-mon`, `mon,wed-fri` */
export function parseDays(text: string): Weekday[] {
  const days = new Set(text.toLowerCase().split(',').flatMap(parseDayRange));
  return week.filter((day) => days.has(day));
}

function parseDayRange(text: string): readonly Weekday[] {
  const known = named[text];
  if (known !== undefined) return known;
  const [first, last = first, ...rest] = text
    .split('-')
    .map((name) => (week as readonly string[]).indexOf(name));
  if (first === undefined || last === undefined || Math.min(first, last) < 0 || rest.length > 0) {
    throw new InvalidArgumentError(
      'name days: mon, mon-fri, mon,thu, workdays, weekends, everyday.',
    );
  }
  const length = ((last - first + 7) % 7) + 1;
  return Array.from({ length }, (_, index) => dayAfter(first, index));
}

function dayAfter(day: number, days: number): Weekday {
  return week[(day + days) % 7] as Weekday;
}

/**
 * `mon-fri 20-6`: from 20:00 to 06:00 on the next day; `sat,sun`: the whole days;
 * `tue 0-6,20-24`: both. Added to what was parsed before.
 */
export function parseWindow(text: string, before: OpenHours = {}): OpenHours {
  const [days = '', hours = '0-24', ...rest] = text.trim().split(/\s+/);
  if (rest.length > 0) throw new InvalidArgumentError('give days and hours: "mon-fri 20-6".');
  const open = new Map(week.map((day) => [day, new Set(before[day])]));
  for (const day of parseDays(days)) {
    for (const range of hours.split(',')) {
      for (const { onDay, hour } of hoursOf(week.indexOf(day), range)) open.get(onDay)?.add(hour);
    }
  }
  const entries = [...open].map(([day, set]) => [day, [...set].toSorted((a, b) => a - b)] as const);
  return Object.fromEntries(entries.filter(([, each]) => each.length > 0));
}

function hoursOf(day: number, range: string): { onDay: Weekday; hour: number }[] {
  const [, fromText, toText] = /^(\d{1,2})-(\d{1,2})$/.exec(range) ?? [];
  const [from, to] = [Number(fromText), Number(toText)];
  if (!(from <= 23 && to <= 24) || from === to) {
    throw new InvalidArgumentError('give hours as from-to, 0 to 24: 20-6, 0-24.');
  }
  const length = to > from ? to - from : 24 - from + to;
  return Array.from({ length }, (_, index) => {
    const hour = from + index;
    return { onDay: dayAfter(day, Math.floor(hour / 24)), hour: hour % 24 };
  });
}

/** `mon-fri`; `everyday` */
export function describeDays(days: readonly Weekday[]): string {
  if (days.length === week.length) return 'everyday';
  const runs = runsOf(days.map((day) => week.indexOf(day)));
  return runs
    .map(({ from, to }) => (from === to ? week[from] : `${week[from]}-${week[to]}`))
    .join(',');
}

/** As parseWindow takes it: `mon 20-24; tue-fri 0-6,20-24; sat 0-6`. */
export function describeWindow(openHours: OpenHours): string {
  const byHours = new Map<string, Weekday[]>();
  for (const day of week) {
    const hours = describeHours(openHours[day] ?? []);
    if (hours !== '') byHours.set(hours, [...(byHours.get(hours) ?? []), day]);
  }
  return [...byHours].map(([hours, days]) => `${describeDays(days)} ${hours}`).join('; ');
}

function describeHours(hours: readonly number[]): string {
  return runsOf(hours)
    .map(({ from, to }) => `${from}-${to + 1}`)
    .join(',');
}

/** Numbers that follow each other, as ranges; sorted. */
function runsOf(numbers: readonly number[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last !== undefined && last.to === number - 1) last.to = number;
    else runs.push({ from: number, to: number });
  }
  return runs;
}
