import type { NewSession, Session } from '../../../domain/session.ts';
import type { PageRequest } from '../../../ports/records.ts';
import type { SessionFilter, SessionRecords } from '../../../ports/session-records.ts';
import { type Db, json } from '../db.ts';
import { type Condition, equals, selectPage } from '../page.ts';
import { openStatesSql, sessionColumns } from './session-columns.ts';
import { makeSessionLogQueries } from './session-log.ts';
import { makeSessionObjectQueries } from './session-objects.ts';
import { makeSessionStateQueries } from './session-states.ts';

const select = `SELECT ${sessionColumns} FROM sessions s`;

export function makeSessionRecords(db: Db): SessionRecords {
  return {
    insert: async (row) => (await insertSession(db, row)) as Session,
    tryInsert: (row) => insertSession(db, row, 'ON CONFLICT DO NOTHING'),
    get: (id) => db.first<Session>(`${select} WHERE s.id = $1`, [id]),
    list: (filter, page) => listSessions(db, filter, page),
    openOf: (proxyId) =>
      db.rows<Session>(
        `${select} WHERE s.proxy_id = $1 AND s.state IN (${openStatesSql}) ORDER BY s.position`,
        [proxyId],
      ),
    openOfJob: (jobId) =>
      db.rows<Session>(
        `${select} WHERE (s.job_id = $1 AND s.kind = 'backup' OR s.copy_job_id = $1 AND s.kind = 'copy')
          AND s.state IN (${openStatesSql})`,
        [jobId],
      ),
    setRetention: async (sessionId, result) => {
      await db.rows('UPDATE sessions SET retention = $2 WHERE id = $1', [sessionId, json(result)]);
    },
    setStorageTest: async (sessionId, result) => {
      await db.rows('UPDATE sessions SET storage_test = $2 WHERE id = $1', [
        sessionId,
        json(result),
      ]);
    },
    ...makeSessionStateQueries(db),
    ...makeSessionObjectQueries(db),
    ...makeSessionLogQueries(db),
  };
}

function insertSession(db: Db, row: NewSession, onConflict = ''): Promise<Session | undefined> {
  return db.first<Session>(
    `WITH s AS (
      INSERT INTO sessions (id, kind, state, proxy_id, repository_id, object_storage_id,
          organization_id, job_id, copy_job_id, restore_point_id, retrieval_id, details,
          retry_of, retry_number)
        VALUES ($1, $2, 'queued', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        ${onConflict} RETURNING *)
    SELECT ${sessionColumns} FROM s`,
    [
      row.id,
      row.kind,
      row.proxyId,
      row.repositoryId,
      row.objectStorageId,
      row.organizationId,
      row.jobId,
      row.copyJobId,
      row.restorePointId,
      row.retrievalId,
      json(row.details),
      row.retryOf,
      row.retryNumber,
    ],
  );
}

function listSessions(db: Db, filter: SessionFilter, page: PageRequest) {
  return selectPage<Session>(db, {
    select,
    order: 's.position',
    direction: 'DESC',
    where: [
      ...equals('s.kind', filter.kind),
      ...equals('s.state', filter.state),
      ...openCondition(filter.open),
      ...equals('s.job_id', filter.jobId),
      ...equals('s.copy_job_id', filter.copyJobId),
      ...equals('s.repository_id', filter.repositoryId),
      ...equals('s.object_storage_id', filter.objectStorageId),
      ...equals('s.organization_id', filter.organizationId),
    ],
    page,
  });
}

function openCondition(open: boolean | undefined): Condition[] {
  if (open === undefined) return [];
  return [{ sql: `s.state ${open ? '' : 'NOT '}IN (${openStatesSql})`, values: [] }];
}
