import type { CopyJob, Job } from '../../../domain/resources.ts';
import type { CopyJobRecords, JobRecords, JobRetention } from '../../../ports/records.ts';
import { type Db, json } from '../db.ts';
import { insertRow, makeNamedQueries } from './named.ts';
import { openStatesSql } from './session-columns.ts';

const scheduleColumns = 'sch.schedule, sch.enabled, sch.next_at AS next_run_at';

const jobSelect = `SELECT t.*, ${scheduleColumns}, (SELECT s.id FROM sessions s
    WHERE s.job_id = t.id AND s.kind = 'backup'
    ORDER BY s.position DESC LIMIT 1) AS last_session_id
  FROM jobs t JOIN schedules sch ON sch.id = t.id`;

export function makeJobRecords(db: Db): JobRecords {
  return {
    ...makeNamedQueries<Job>(db, {
      table: 'jobs',
      select: jobSelect,
      usersSql: `SELECT 'copy job "' || name || '"' AS name FROM copy_jobs
        WHERE job_id = $1 AND deleted_at IS NULL ORDER BY name`,
    }),
    insert: async (row) => {
      await insertRow(db, 'jobs', {
        id: row.id,
        name: row.name,
        organization_id: row.organizationId,
        repository_id: row.repositoryId,
        scope: json(row.scope),
        objects: json(row.objects),
        retention: row.retention === null ? null : json(row.retention),
      });
    },
    setRetention: async (id, retention) => {
      const value = retention === null ? null : json(retention);
      await db.rows('UPDATE jobs SET retention = $2 WHERE id = $1', [id, value]);
    },
    writingTo: (repositoryId) => db.rows<JobRetention>(writingToSql, [repositoryId]),
  };
}

/** The oldest point of each job that waits for its copy, or is being copied. */
const writingToSql = `
  SELECT j.id, j.retention, (
    SELECT p.id FROM restore_points p
      WHERE p.job_id = j.id AND p.repository_id = j.repository_id AND NOT p.expired AND p.id IN (
        SELECT sl.restore_point_id FROM schedule_slots sl JOIN copy_jobs c ON c.id = sl.schedule_id
          WHERE c.job_id = j.id AND sl.outcome = 'waiting'
        UNION ALL
        SELECT s.restore_point_id FROM sessions s
          WHERE s.job_id = j.id AND s.kind = 'copy' AND s.state IN (${openStatesSql})
        UNION ALL
        SELECT s.restore_point_id FROM sessions s JOIN schedules r ON r.retry_of = s.id
          WHERE s.job_id = j.id AND s.kind = 'copy')
      ORDER BY p.position LIMIT 1) AS needed_from
    FROM jobs j WHERE j.repository_id = $1 AND j.deleted_at IS NULL
  UNION ALL
  SELECT id, NULL, NULL FROM copy_jobs WHERE repository_id = $1 AND deleted_at IS NULL`;

const copyJobSelect = `SELECT t.*, ${scheduleColumns}, (SELECT s.id FROM sessions s
    WHERE s.copy_job_id = t.id AND s.kind = 'copy'
    ORDER BY s.position DESC LIMIT 1) AS last_session_id
  FROM copy_jobs t JOIN schedules sch ON sch.id = t.id`;

export function makeCopyJobRecords(db: Db): CopyJobRecords {
  return {
    ...makeNamedQueries<CopyJob>(db, {
      table: 'copy_jobs',
      select: copyJobSelect,
      // Nothing needs a copy job: its restore points keep its row.
      usersSql: 'SELECT name FROM copy_jobs WHERE id = $1 AND false',
    }),
    insert: async (row) => {
      await insertRow(db, 'copy_jobs', {
        id: row.id,
        name: row.name,
        job_id: row.jobId,
        repository_id: row.repositoryId,
        pack_size_mib: row.packSizeMib,
        repack_by: row.repackBy,
        appliances_max: row.appliancesMax,
        appliance_template_id: row.applianceTemplateId,
        seed: row.seed,
      });
    },
    ofJob: (jobId) =>
      db.rows<CopyJob>(
        `${copyJobSelect} WHERE t.job_id = $1 AND t.deleted_at IS NULL ORDER BY t.position`,
        [jobId],
      ),
  };
}
