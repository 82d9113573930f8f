import type { Slot } from '../../../domain/schedule/slot.ts';
import type {
  ScheduleOwner,
  ScheduleRecords,
  ScheduleRow,
  ScheduleSetting,
  StartedSession,
} from '../../../ports/schedule-records.ts';
import { type Db, json } from '../db.ts';
import { selectPage } from '../page.ts';
import { openStatesSql } from './session-columns.ts';

const columns = 't.*, now() AS now';

/** Milliseconds since 1970 as an instant. */
const instantSql = (place: string) => `to_timestamp(${place}::double precision / 1000)`;

export function makeScheduleRecords(db: Db): ScheduleRecords {
  return {
    ...makeSlotQueries(db),
    now: async () => {
      const row = await db.first<{ now: string }>('SELECT now() AS now');
      return Date.parse(row?.now ?? '');
    },
    insert: (of, setting) => insertSchedule(db, of, setting),
    change: async (id, { schedule, enabled, nextAtMs }) => {
      await db.rows(
        `UPDATE schedules SET schedule = $2, enabled = $3, next_at = ${instantSql('$4')},
          retry_at = NULL, retry_of = NULL WHERE id = $1`,
        [id, json(schedule), enabled, nextAtMs],
      );
    },
    dueIds: () => dueIds(db),
    lock: (id, waits = false) =>
      db.first<ScheduleRow>(
        `SELECT ${columns} FROM schedules t WHERE t.id = $1 FOR NO KEY UPDATE ${waits ? '' : 'SKIP LOCKED'}`,
        [id],
      ),
    setNext: async (id, nextAtMs) => {
      await db.rows(
        `UPDATE schedules SET next_at = ${instantSql('$2')} WHERE id = $1 AND enabled`,
        [id, nextAtMs],
      );
    },
    setRetry: async (id, retry) => {
      await db.rows(
        `UPDATE schedules SET retry_of = $2::uuid, retry_at = now() + $3 * interval '1 minute'
          WHERE id = $1 AND (enabled OR $2::uuid IS NULL)`,
        [id, retry?.sessionId ?? null, retry?.waitMinutes ?? null],
      );
    },
  };
}

async function insertSchedule(db: Db, of: ScheduleOwner, setting: ScheduleSetting): Promise<void> {
  const jobId = 'jobId' in of ? of.jobId : null;
  const copyJobId = 'copyJobId' in of ? of.copyJobId : null;
  const { schedule, enabled, nextAtMs } = setting;
  await db.rows(
    `INSERT INTO schedules (id, job_id, copy_job_id, schedule, enabled, next_at)
      VALUES (coalesce($1::uuid, $2::uuid), $1, $2, $3, $4, ${instantSql('$5')})`,
    [jobId, copyJobId, json(schedule), enabled, nextAtMs],
  );
}

async function dueIds(db: Db): Promise<readonly string[]> {
  const rows = await db.rows<{ id: string }>(
    `SELECT t.id FROM schedules t
      WHERE t.next_at <= now() OR t.retry_at <= now()
        OR t.retry_at IS NULL AND t.id IN
            (SELECT schedule_id FROM schedule_slots WHERE outcome = 'waiting')
          AND NOT EXISTS (SELECT FROM sessions s WHERE s.copy_job_id = t.copy_job_id
            AND s.kind = 'copy' AND s.state IN (${openStatesSql}))
      ORDER BY least(t.next_at, t.retry_at), t.id`,
  );
  return rows.map(({ id }) => id);
}

type SlotQueries = Pick<
  ScheduleRecords,
  'claim' | 'settle' | 'slots' | 'ofSession' | 'endingWithWindow'
>;

function makeSlotQueries(db: Db): SlotQueries {
  return {
    claim: async ({ scheduleId, slot }, atMs) => {
      const rows = await db.rows(
        `INSERT INTO schedule_slots (schedule_id, slot, at, outcome)
          VALUES ($1, $2, ${instantSql('$3')}, 'waiting') ON CONFLICT DO NOTHING RETURNING slot`,
        [scheduleId, slot, atMs],
      );
      return rows.length > 0;
    },
    settle: async ({ scheduleId, slot }, { outcome, reason, sessionId, missed }) => {
      await db.rows(
        `UPDATE schedule_slots SET outcome = $3, reason = $4, session_id = $5, missed = $6,
          decided_at = now() WHERE schedule_id = $1 AND slot = $2 AND outcome = 'waiting'`,
        [scheduleId, slot, outcome, reason ?? null, sessionId ?? null, missed ?? null],
      );
    },
    slots: (scheduleId, page) =>
      selectPage<Slot>(db, {
        select: 'SELECT * FROM schedule_slots t',
        order: 't.position',
        direction: 'DESC',
        where: [{ sql: 't.schedule_id = ?', values: [scheduleId] }],
        page,
      }),
    ofSession: (sessionId) =>
      db.first<ScheduleRow>(
        `SELECT ${columns} FROM schedules t WHERE t.id IN
          (SELECT schedule_id FROM schedule_slots WHERE session_id = $1)`,
        [sessionId],
      ),
    endingWithWindow: () =>
      db.rows<StartedSession>(
        `SELECT DISTINCT s.id AS session_id, t.schedule, now() AS now
          FROM sessions s JOIN schedule_slots sl ON sl.session_id = s.id
            JOIN schedules t ON t.id = sl.schedule_id
          WHERE s.state IN (${openStatesSql}) AND s.state <> 'stopping'
            AND (t.schedule #>> '{window,terminate}')::boolean`,
      ),
  };
}
