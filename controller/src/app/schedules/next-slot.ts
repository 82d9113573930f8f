import type { RecurringSchedule } from '../../domain/schedule/schedule.ts';
import { nextOpen } from '../../domain/schedule/window.ts';
import type { Calendar } from '../../ports/calendar.ts';

/**
 * The first slot after an instant. Periodic ones are left out while the window is
 * closed; a daily one that a clock change moves out of the window is shown as skipped.
 */
export function nextSlot(calendar: Calendar, schedule: RecurringSchedule, afterMs: number): number {
  const next = (fromMs: number) => calendar.next(schedule, fromMs);
  return schedule.kind === 'daily' ? next(afterMs) : nextOpen(schedule, afterMs, next);
}
