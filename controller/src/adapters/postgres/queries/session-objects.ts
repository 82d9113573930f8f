import type { ObjectStatus, SessionAttempt, SessionObject } from '../../../domain/session.ts';
import type { PageRequest } from '../../../ports/records.ts';
import type { EventPlace, SessionRecords } from '../../../ports/session-records.ts';
import { type Db, json } from '../db.ts';
import { equals, selectPage } from '../page.ts';

type ObjectQueries = Pick<SessionRecords, 'takeEvent' | 'putObject' | 'listObjects'>;

export function makeSessionObjectQueries(db: Db): ObjectQueries {
  return {
    takeEvent: (attempt, workerId, sequence) => takeEvent(db, attempt, workerId, sequence),
    putObject: (attempt, object) => putObject(db, attempt, object),
    listObjects: (sessionId, status, page) => listObjects(db, sessionId, status, page),
  };
}

async function takeEvent(
  db: Db,
  { sessionId, attempt }: SessionAttempt,
  workerId: string,
  sequence: number,
): Promise<EventPlace> {
  const key = [sessionId, workerId, attempt];
  await db.rows(
    `INSERT INTO session_event_cursors (session_id, worker_id, attempt, up_to)
      VALUES ($1, $2, $3, 0) ON CONFLICT DO NOTHING`,
    key,
  );
  const taken = await db.rows(
    `UPDATE session_event_cursors SET up_to = $4
      WHERE session_id = $1 AND worker_id = $2 AND attempt = $3 AND up_to = $4 - 1
      RETURNING up_to`,
    [...key, sequence],
  );
  if (taken.length > 0) return 'next';
  const row = await db.first<{ upTo: number }>(
    `SELECT up_to FROM session_event_cursors
      WHERE session_id = $1 AND worker_id = $2 AND attempt = $3`,
    key,
  );
  return (row?.upTo ?? 0) >= sequence ? 'stored-before' : 'gap';
}

async function putObject(
  db: Db,
  { sessionId, attempt }: SessionAttempt,
  object: SessionObject,
): Promise<void> {
  await db.rows(
    `INSERT INTO session_objects AS o (session_id, object_id, attempt, kind, name, user_name,
        status, mode, counts, failed_items, problem)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
      ON CONFLICT (session_id, object_id) DO UPDATE SET
        attempt = excluded.attempt, kind = excluded.kind, name = excluded.name,
        user_name = excluded.user_name, status = excluded.status, mode = excluded.mode,
        counts = excluded.counts, failed_items = excluded.failed_items,
        problem = excluded.problem
      WHERE o.attempt <= excluded.attempt`,
    [
      sessionId,
      object.objectId,
      attempt,
      object.kind,
      object.name,
      object.userName,
      object.status,
      object.mode,
      json(object.counts),
      json(object.failedItems),
      json(object.problem),
    ],
  );
}

function listObjects(
  db: Db,
  sessionId: string,
  status: ObjectStatus | undefined,
  page: PageRequest,
) {
  return selectPage<SessionObject>(db, {
    select: 'SELECT o.* FROM session_objects o',
    order: 'o.position',
    direction: 'ASC',
    where: [...equals('o.session_id', sessionId), ...equals('o.status', status)],
    page,
  });
}
