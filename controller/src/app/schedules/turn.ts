import { isAppError } from '@firn/shared/errors/app-error';
import type { SettledSlot } from '../../domain/schedule/slot.ts';
import type { NewSession, Session } from '../../domain/session.ts';
import type { Calendar } from '../../ports/calendar.ts';
import type { Records } from '../../ports/records.ts';
import type { ScheduleRow, SlotKey } from '../../ports/schedule-records.ts';
import type { Secrets } from '../../ports/secrets.ts';

export interface TurnPorts {
  /** Of one transaction. */
  readonly records: Records;
  readonly calendar: Calendar;
  readonly secrets: Secrets;
}

/** One look at a schedule, whose row is locked. */
export interface Turn extends TurnPorts {
  readonly row: ScheduleRow;
  /** By the database's clock. */
  readonly nowMs: number;
}

/** What became of an attempt to start a session. */
export type Start =
  | { readonly outcome: 'started'; readonly session: Session; readonly reason?: string }
  | { readonly outcome: Exclude<SettledSlot['outcome'], 'started'>; readonly reason: string };

/** Inserts the session that `make` gives, unless one is open; what it refuses is the reason. */
export async function tryStart(
  { records, row }: Turn,
  make: () => Promise<NewSession>,
): Promise<Start> {
  const overlap = { outcome: 'skipped-overlap', reason: 'a session has not ended' } as const;
  const open = await records.sessions.openOfJob(row.id);
  if (open.length > 0) return overlap;
  try {
    const session = await records.sessions.tryInsert(await make());
    return session === undefined ? overlap : { outcome: 'started', session };
  } catch (error) {
    if (!isAppError(error) || error.code === 'E_DATABASE_UNAVAILABLE') throw error;
    return { outcome: 'refused', reason: error.message };
  }
}

/** Records what became of the slot. @returns the session, if one was started */
export async function settle(
  { records }: Turn,
  key: SlotKey,
  start: Start,
): Promise<Session | undefined> {
  const { outcome, reason } = start;
  const session = start.outcome === 'started' ? start.session : undefined;
  await records.schedules.settle(key, {
    outcome,
    ...(reason === undefined ? {} : { reason }),
    ...(session === undefined ? {} : { sessionId: session.id }),
  });
  return session;
}
