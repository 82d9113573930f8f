import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RecurringSchedule, Weekday } from '../../domain/schedule/schedule.ts';
import { weekdays } from '../../domain/schedule/schedule.ts';
import { cronerCalendar } from './croner-calendar.ts';

const hourMs = 60 * 60 * 1000;

function daily(timeZone: string, time: string, days: readonly Weekday[] = weekdays) {
  return { kind: 'daily', time, days, timeZone } satisfies RecurringSchedule;
}

/** Slots from one instant (exclusive) to another (inclusive), ISO 8601. */
function slots(schedule: RecurringSchedule, from: string, to: string): string[] {
  const found: string[] = [];
  const endMs = Date.parse(to);
  let atMs = cronerCalendar.next(schedule, Date.parse(from));
  for (; atMs <= endMs; atMs = cronerCalendar.next(schedule, atMs)) {
    found.push(new Date(atMs).toISOString());
  }
  return found;
}

/** The local date, as YYYY-MM-DD. */
function dateIn(timeZone: string, atMs: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(atMs);
}

describe('a daily schedule', () => {
  it('runs once, later, on the day when clocks go forward', () => {
    const schedule = daily('Europe/Berlin', '02:30');
    expect(slots(schedule, '2027-03-27T00:00:00Z', '2027-03-29T12:00:00Z')).toEqual([
      '2027-03-27T01:30:00.000Z',
      '2027-03-28T01:00:00.000Z',
      '2027-03-29T00:30:00.000Z',
    ]);
  });

  it('runs once, the first time, on the day when clocks go back', () => {
    const schedule = daily('Europe/Berlin', '02:30');
    expect(slots(schedule, '2027-10-30T12:00:00Z', '2027-11-01T12:00:00Z')).toEqual([
      '2027-10-31T00:30:00.000Z',
      '2027-11-01T01:30:00.000Z',
    ]);
  });

  it('runs at midnight when the last hour of its day is left out', () => {
    const schedule = daily('America/Nuuk', '23:30', ['sat']);
    expect(slots(schedule, '2027-03-21T12:00:00Z', '2027-04-05T12:00:00Z')).toEqual([
      '2027-03-28T01:00:00.000Z',
      '2027-04-04T00:30:00.000Z',
    ]);
  });

  it('runs on its days only', () => {
    const schedule = daily('Asia/Kathmandu', '00:15', ['mon', 'thu']);
    expect(slots(schedule, '2027-01-01T00:00:00Z', '2027-01-08T00:00:00Z')).toEqual([
      '2027-01-03T18:30:00.000Z',
      '2027-01-06T18:30:00.000Z',
    ]);
  });

  const zones = [
    ...['Europe/Berlin', 'Europe/Dublin', 'Atlantic/Azores', 'America/New_York', 'America/Havana'],
    ...['America/Santiago', 'America/Nuuk', 'Africa/Cairo', 'Africa/Casablanca', 'Asia/Beirut'],
    ...['Asia/Kathmandu', 'Australia/Lord_Howe', 'Antarctica/Troll', 'Pacific/Auckland', 'UTC'],
  ];

  it('runs exactly once on every local day of a year, in all of these time zones', () => {
    const minutes = fc.integer({ min: 0, max: 24 * 60 - 1 });
    const year = fc.integer({ min: 2026, max: 2035 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), minutes, year, (timeZone, minute, from) => {
        const time = [Math.floor(minute / 60), minute % 60]
          .map((part) => String(part).padStart(2, '0'))
          .join(':');
        const schedule = daily(timeZone, time);
        const seen = slots(schedule, `${from}-01-01T12:00:00Z`, `${from + 1}-01-01T12:00:00Z`);
        const dates = seen.map((slot) => dateOfSlot(timeZone, time, Date.parse(slot)));
        expect(new Set(dates).size).toBe(seen.length);
        expect(missingDates(dates)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

/** A slot at midnight, of a job that runs later in the day, is of the day that ended short. */
function dateOfSlot(timeZone: string, time: string, atMs: number): string {
  const before = dateIn(timeZone, atMs - 1);
  const date = dateIn(timeZone, atMs);
  const isMidnight = before !== date && time > '12:00';
  return isMidnight ? before : date;
}

/** Days between the first and the last date that are not among them. */
function missingDates(dates: readonly string[]): string[] {
  const there = new Set(dates);
  const missing: string[] = [];
  const endMs = Date.parse(dates.at(-1) ?? '');
  for (let dayMs = Date.parse(dates[0] ?? ''); dayMs <= endMs; dayMs += 24 * hourMs) {
    const date = new Date(dayMs).toISOString().slice(0, 10);
    if (!there.has(date)) missing.push(date);
  }
  return missing;
}

describe('a periodic schedule', () => {
  it('runs from midnight of the time zone on', () => {
    const schedule: RecurringSchedule = {
      ...{ kind: 'periodically', everyMinutes: 480, timeZone: 'Asia/Kathmandu' },
    };
    expect(slots(schedule, '2027-01-01T00:00:00Z', '2027-01-02T00:00:00Z')).toEqual([
      '2027-01-01T02:15:00.000Z',
      '2027-01-01T10:15:00.000Z',
      '2027-01-01T18:15:00.000Z',
    ]);
  });

  it.each([5, 10, 15, 30])('loses no slot of %i minutes on days when clocks change', (every) => {
    const schedule: RecurringSchedule = {
      ...{ kind: 'periodically', everyMinutes: every, timeZone: 'Europe/Berlin' },
    };
    for (const day of ['2027-03-28', '2027-10-31']) {
      const found = slots(schedule, `${day}T00:00:00Z`, `${day}T06:00:00Z`);
      expect(found).toHaveLength((6 * 60) / every);
    }
  });
});

it('knows the time zones that there are', () => {
  expect(cronerCalendar.knowsTimeZone('Europe/Berlin')).toBe(true);
  expect(cronerCalendar.knowsTimeZone('Europe/Atlantis')).toBe(false);
});
