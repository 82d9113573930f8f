import { dueSlots, lateMs, type MissedSlots } from '../../domain/schedule/due-slots.ts';
import { isRecurring, type RecurringSchedule } from '../../domain/schedule/schedule.ts';
import { isOpenAt } from '../../domain/schedule/window.ts';
import type { Session } from '../../domain/session.ts';
import type { SlotKey } from '../../ports/schedule-records.ts';
import { copyNextPoint } from './copy-next-point.ts';
import { nextSlot } from './next-slot.ts';
import { retrySession } from './retry-session.ts';
import { startOfSlot } from './start-of-slot.ts';
import { type Start, settle, type Turn, type TurnPorts } from './turn.ts';

/**
 * One look at a schedule, in one transaction: whatever is due is decided, recorded
 * and started together, or not at all.
 * @returns the session that was started
 */
export async function runSchedule(
  ports: TurnPorts,
  scheduleId: string,
): Promise<Session | undefined> {
  const row = await ports.records.schedules.lock(scheduleId);
  if (row === undefined || !row.enabled) return undefined;
  const turn: Turn = { ...ports, row, nowMs: Date.parse(row.now) };
  const isDue = (at: string | null): at is string => at !== null && Date.parse(at) <= turn.nowMs;
  if (isDue(row.nextAt) && isRecurring(row.schedule)) {
    return runSlot(turn, row.schedule, Date.parse(row.nextAt));
  }
  if (isDue(row.retryAt)) return retrySession(turn);
  // What failed is tried again before the points behind it.
  return row.retryAt === null ? copyNextPoint(turn) : undefined;
}

async function runSlot(
  turn: Turn,
  schedule: RecurringSchedule,
  firstMs: number,
): Promise<Session | undefined> {
  const { records, calendar, row, nowMs } = turn;
  const next = (afterMs: number) => nextSlot(calendar, schedule, afterMs);
  const { newestMs, missed } = dueSlots(firstMs, nowMs, next);
  await records.schedules.setNext(row.id, next(newestMs));
  await records.schedules.setRetry(row.id, null);
  if (missed !== undefined) await recordMissed(turn, missed);
  const key = slotAt(row.id, newestMs);
  // Only when somebody put the clock back, or changed the schedule to the same times.
  if (!(await records.schedules.claim(key, newestMs))) return undefined;
  const start: Start = isOpenAt(schedule, nowMs)
    ? await startOfSlot(turn)
    : { outcome: 'skipped-window', reason: 'the backup window is closed' };
  const isLate = start.outcome === 'started' && nowMs - newestMs > lateMs;
  return settle(turn, key, isLate ? { ...start, reason: caughtUp(newestMs) } : start);
}

async function recordMissed({ records, row }: Turn, missed: MissedSlots): Promise<void> {
  const { firstMs, lastMs, count } = missed;
  const key = slotAt(row.id, firstMs);
  if (!(await records.schedules.claim(key, firstMs))) return;
  const until = count === 1 ? '' : `, the last ${new Date(lastMs).toISOString()}`;
  const reason = `no controller looked at the schedule${until}`;
  await records.schedules.settle(key, { outcome: 'missed', missed: count, reason });
}

function slotAt(scheduleId: string, atMs: number): SlotKey {
  return { scheduleId, slot: new Date(atMs).toISOString() };
}

function caughtUp(dueMs: number): string {
  return `caught up: it was due at ${new Date(dueMs).toISOString()}`;
}
