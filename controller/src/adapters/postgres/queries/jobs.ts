import type { CopyJob, Job } from '../../../domain/resources.ts';
import type { JobRecords, NamedRecords, NewCopyJob, NewJob } from '../../../ports/records.ts';
import { type Db, json } from '../db.ts';
import { insertRow, makeNamedQueries } from './named.ts';

export function makeJobRecords(db: Db): JobRecords {
  return {
    ...makeNamedQueries<Job>(db, {
      table: 'jobs',
      select: `SELECT t.*, (SELECT s.id FROM sessions s
        WHERE s.job_id = t.id AND s.kind = 'backup'
        ORDER BY s.position DESC LIMIT 1) AS last_session_id FROM jobs t`,
      usersSql: `SELECT 'copy job "' || name || '"' AS name FROM copy_jobs
        WHERE job_id = $1 AND deleted_at IS NULL ORDER BY name`,
    }),
    insert: (row) => insertJob(db, row),
    setRetention: async (id, retention) => {
      const value = retention === null ? null : json(retention);
      await db.rows('UPDATE jobs SET retention = $2 WHERE id = $1', [id, value]);
    },
    writingTo: (repositoryId) =>
      db.rows(
        `SELECT id, retention FROM jobs WHERE repository_id = $1 AND deleted_at IS NULL
        UNION ALL
        SELECT id, NULL FROM copy_jobs WHERE repository_id = $1 AND deleted_at IS NULL`,
        [repositoryId],
      ),
  };
}

async function insertJob(db: Db, row: NewJob): Promise<Job> {
  const job = await insertRow<Job>(db, 'jobs', {
    id: row.id,
    name: row.name,
    organization_id: row.organizationId,
    repository_id: row.repositoryId,
    scope: json(row.scope),
    objects: json(row.objects),
    retention: row.retention === null ? null : json(row.retention),
  });
  return { ...job, lastSessionId: null };
}

export function makeCopyJobRecords(db: Db): NamedRecords<CopyJob, NewCopyJob> {
  return {
    ...makeNamedQueries<CopyJob>(db, {
      table: 'copy_jobs',
      select: `SELECT t.*, (SELECT s.id FROM sessions s
        WHERE s.copy_job_id = t.id AND s.kind = 'copy'
        ORDER BY s.position DESC LIMIT 1) AS last_session_id FROM copy_jobs t`,
      // Nothing needs a copy job: its restore points keep its row.
      usersSql: 'SELECT name FROM copy_jobs WHERE id = $1 AND false',
    }),
    insert: (row) => insertCopyJob(db, row),
  };
}

async function insertCopyJob(db: Db, row: NewCopyJob): Promise<CopyJob> {
  const copyJob = await insertRow<CopyJob>(db, 'copy_jobs', {
    id: row.id,
    name: row.name,
    job_id: row.jobId,
    repository_id: row.repositoryId,
    pack_size_mib: row.packSizeMib,
    repack_by: row.repackBy,
  });
  return { ...copyJob, lastSessionId: null };
}
