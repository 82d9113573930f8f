import { type Weekday, weekdays } from './schedule.ts';

/** What a clock on a wall of a time zone shows. */
export interface WallClock {
  readonly day: Weekday;
  /** 0 to 23. */
  readonly hour: number;
  readonly minute: number;
}

export function wallClockAt(timeZone: string, atMs: number): WallClock {
  const parts = formatOf(timeZone).formatToParts(atMs);
  const shown = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  const name = shown['weekday']?.toLowerCase();
  return {
    day: weekdays.find((weekday) => weekday === name) ?? 'mon',
    hour: Number(shown['hour']),
    minute: Number(shown['minute']),
  };
}

// To make one takes longer than to use it a hundred times.
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  formats.set(timeZone, format);
  return format;
}
