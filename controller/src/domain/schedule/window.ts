import type { Schedule } from './schedule.ts';
import { wallClockAt } from './wall-clock.ts';

/** Every time zone of the world begins its hours at a multiple of this. */
const quarterMs = 15 * 60 * 1000;

/** Whether the schedule may start sessions at this instant. */
export function isOpenAt({ window, timeZone }: Schedule, atMs: number): boolean {
  if (window === undefined) return true;
  const { day, hour } = wallClockAt(timeZone, atMs);
  return window.openHours[day]?.includes(hour) === true;
}

/**
 * The first instant after afterMs, of those that `next` gives, at which the window
 * is open. There is one.
 */
export function nextOpen(
  schedule: Schedule,
  afterMs: number,
  next: (afterMs: number) => number,
): number {
  let atMs = next(afterMs);
  while (!isOpenAt(schedule, atMs)) {
    const quarterEndMs = (Math.floor(atMs / quarterMs) + 1) * quarterMs;
    atMs = next(quarterEndMs - 1);
  }
  return atMs;
}
