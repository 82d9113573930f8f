import type {
  CopyQueueRecords,
  LatestPoint,
  WaitingSlot,
} from '../../../ports/schedule-records.ts';
import type { Db } from '../db.ts';

/** What a copy job `c` can copy. */
const pointsSql = `FROM copy_jobs c JOIN jobs j ON j.id = c.job_id
  JOIN restore_points p ON p.job_id = j.id AND p.repository_id = j.repository_id
    AND p.complete AND NOT p.expired`;

const enqueueSql = `INSERT INTO schedule_slots (schedule_id, slot, at, outcome, restore_point_id)
  SELECT c.id, p.id::text, p.created_at, 'waiting', p.id ${pointsSql}`;

const notCopied = `NOT EXISTS (SELECT FROM sessions s WHERE s.copy_job_id = c.id
  AND s.kind = 'copy' AND s.restore_point_id = p.id AND s.state IN ('success', 'warning'))`;

/**
 * Whoever queues locks the backup job first: else a point that is recorded while a
 * copy job begins to follow it would be seen by neither.
 */
export function makeCopyQueueRecords(db: Db): CopyQueueRecords {
  return {
    enqueueImmediate: async (restorePointId) => {
      const jobSql = 'SELECT job_id FROM restore_points WHERE id = $1';
      await db.rows(`SELECT FROM jobs WHERE id = (${jobSql}) FOR NO KEY UPDATE`, [restorePointId]);
      await db.rows(
        `${enqueueSql} JOIN schedules t ON t.id = c.id AND t.enabled
            AND t.schedule->>'kind' = 'immediately'
          WHERE p.id = $1 AND c.deleted_at IS NULL ON CONFLICT DO NOTHING`,
        [restorePointId],
      );
    },
    enqueue: async (copyJobId, which) => {
      const jobSql = 'SELECT job_id FROM copy_jobs WHERE id = $1';
      await db.rows(`SELECT FROM jobs WHERE id = (${jobSql}) FOR NO KEY UPDATE`, [copyJobId]);
      const newestSql = `SELECT max(n.position) FROM restore_points n WHERE n.job_id = j.id
        AND n.repository_id = j.repository_id AND n.complete AND NOT n.expired`;
      const rows = await db.rows(
        `${enqueueSql} WHERE c.id = $1 AND ${notCopied}
            AND ($2::text = 'all' OR p.position = (${newestSql}))
          ORDER BY p.position ON CONFLICT DO NOTHING RETURNING slot`,
        [copyJobId, which],
      );
      return rows.length;
    },
    enqueueAgain: async (copyJobId, { sessionId, restorePointId }) => {
      await db.rows(
        `INSERT INTO schedule_slots (schedule_id, slot, at, outcome, restore_point_id)
          VALUES ($1, $2, now(), 'waiting', $3) ON CONFLICT DO NOTHING`,
        [copyJobId, `rest of ${sessionId}`, restorePointId],
      );
    },
    next: (copyJobId) =>
      db.first<WaitingSlot>(
        `SELECT sl.schedule_id, sl.slot, sl.restore_point_id, p.expired AS is_gone
          FROM schedule_slots sl JOIN restore_points p ON p.id = sl.restore_point_id
          WHERE sl.schedule_id = $1 AND sl.outcome = 'waiting' ORDER BY p.position LIMIT 1`,
        [copyJobId],
      ),
    drop: async (copyJobId, reason) => {
      await db.rows(
        `UPDATE schedule_slots SET outcome = 'missed', missed = 1, reason = $2, decided_at = now()
          WHERE schedule_id = $1 AND outcome = 'waiting'`,
        [copyJobId, reason],
      );
    },
    hasRun: async (copyJobId) => {
      const sql = `SELECT 1 FROM sessions WHERE copy_job_id = $1 AND kind = 'copy' LIMIT 1`;
      return (await db.rows(sql, [copyJobId])).length > 0;
    },
    latest: (copyJobId) =>
      db.first<LatestPoint>(
        `SELECT p.id AS restore_point_id, NOT (${notCopied}) AS is_copied ${pointsSql}
          WHERE c.id = $1 ORDER BY p.position DESC LIMIT 1`,
        [copyJobId],
      ),
  };
}
