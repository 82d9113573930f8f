import type { RestorePoint } from '../../../domain/restore-point.ts';
import type { PageRequest } from '../../../ports/records.ts';
import type {
  KeptPoints,
  NewRestorePoint,
  PointsOfRepository,
  RestorePointFilter,
  RestorePointRecords,
} from '../../../ports/restore-records.ts';
import type { Db } from '../db.ts';
import { equals, selectPage } from '../page.ts';

// Retrieved data can be read, wherever its repository lies.
const select = `SELECT p.*,
    CASE WHEN p.retrieval_id IS NULL THEN st.storage_class ELSE 'hot' END AS storage_class
  FROM restore_points p
  JOIN repositories r ON r.id = p.repository_id
  JOIN object_storages st ON st.id = r.object_storage_id`;

const notForgotten = 'r.deleted_at IS NULL';
const notExpired = 'NOT p.expired';
const notRetrieved = 'p.retrieval_id IS NULL';

export function makeRestorePointRecords(db: Db): RestorePointRecords {
  return {
    put: (point) => putPoint(db, point),
    putRetrieved: async ({ sessionId, retrievalId, retrievedFrom, objects }) => {
      await db.rows(
        `INSERT INTO restore_points (id, job_id, copy_job_id, organization_id, repository_id,
            created_at, objects, partial, complete, retrieval_id, retrieved_from)
          SELECT $1, p.job_id, p.copy_job_id, p.organization_id, p.repository_id, p.created_at,
            CASE WHEN $4 = 0 THEN p.objects ELSE $4 END, p.partial, true, $2, p.id
          FROM restore_points p WHERE p.id = $3`,
        [sessionId, retrievalId, retrievedFrom, objects],
      );
    },
    get: (id) => db.first<RestorePoint>(`${select} WHERE p.id = $1 AND ${notForgotten}`, [id]),
    expire: async (repositoryId, ids) => {
      // Points that a repair made have ids that are no sessions' and no rows here.
      const sql = `UPDATE restore_points SET expired = true
        WHERE repository_id = $1 AND id::text = ANY ($2::text[])`;
      await db.rows(sql, [repositoryId, ids]);
    },
    expireOthers: (of, kept) => expireOthers(db, of, kept),
    list: (filter, page) => listPoints(db, filter, page),
    newestOf: (jobId, repositoryId) =>
      db.first<RestorePoint>(
        `${select} WHERE p.job_id = $1 AND p.repository_id = $2 AND ${notForgotten}
            AND ${notExpired} AND ${notRetrieved}
          ORDER BY p.position DESC LIMIT 1`,
        [jobId, repositoryId],
      ),
    newestOfCopy: (copyJobId, at) =>
      db.first<RestorePoint>(
        `${select} WHERE p.copy_job_id = $1 AND ${notForgotten} AND ${notExpired}
            AND ${notRetrieved} AND ($2::timestamptz IS NULL OR p.created_at <= $2)
          ORDER BY p.created_at DESC, p.position DESC LIMIT 1`,
        [copyJobId, at ?? null],
      ),
  };
}

async function expireOthers(
  db: Db,
  { repositoryId, endedBefore }: PointsOfRepository,
  { after, upTo, restorePointIds }: KeptPoints,
): Promise<void> {
  await db.rows(
    `UPDATE restore_points p SET expired = true FROM sessions s
      WHERE s.id = p.id AND p.repository_id = $1 AND ${notExpired} AND ${notRetrieved}
        AND s.ended_at < $2::timestamptz
        AND p.id::text COLLATE "C" > $3 AND ($4 = '' OR p.id::text COLLATE "C" <= $4)
        AND NOT p.id::text = ANY ($5::text[])`,
    [repositoryId, endedBefore, after, upTo, restorePointIds],
  );
}

async function putPoint(db: Db, point: NewRestorePoint): Promise<void> {
  await db.rows(
    `INSERT INTO restore_points AS p (id, job_id, copy_job_id, organization_id, repository_id,
        created_at, objects, partial, complete)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
      ON CONFLICT (id) DO UPDATE SET
        created_at = excluded.created_at,
        objects = greatest(p.objects, excluded.objects),
        partial = excluded.partial,
        complete = p.complete OR excluded.complete`,
    [
      point.id,
      point.jobId,
      point.copyJobId,
      point.organizationId,
      point.repositoryId,
      point.createdAt,
      point.objects,
      point.partial,
      point.complete,
    ],
  );
}

function listPoints(db: Db, filter: RestorePointFilter, page: PageRequest) {
  return selectPage<RestorePoint>(db, {
    select,
    order: 'p.position',
    direction: 'DESC',
    where: [
      { sql: notForgotten, values: [] },
      { sql: notExpired, values: [] },
      ...equals('p.job_id', filter.jobId),
      ...equals('p.copy_job_id', filter.copyJobId),
      ...equals('p.organization_id', filter.organizationId),
      ...equals('p.repository_id', filter.repositoryId),
      ...equals('(p.retrieval_id IS NOT NULL)', filter.isRetrieved),
    ],
    page,
  });
}
