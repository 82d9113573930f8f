import type { NewRetrieval, Retrieval } from '../../../domain/restore-point.ts';
import {
  nextRetrievalState,
  type RetrievalTrigger,
  retrievalStatesBefore,
} from '../../../domain/retrieval-state.ts';
import type { RetrievalRecords } from '../../../ports/restore-records.ts';
import { type Db, json } from '../db.ts';
import { equals, selectPage } from '../page.ts';
import { insertRow } from './named.ts';
import { openStatesSql } from './session-columns.ts';

const select = 'SELECT t.* FROM retrievals t';

export function makeRetrievalRecords(db: Db): RetrievalRecords {
  return {
    insert: (row) => insertRetrieval(db, row),
    get: (id) => db.first<Retrieval>(`${select} WHERE t.id = $1`, [id]),
    list: (filter, page) =>
      selectPage<Retrieval>(db, {
        select,
        order: 't.position',
        direction: 'DESC',
        where: [
          ...equals('t.restore_point_id', filter.restorePointId),
          ...equals('t.state', filter.state),
        ],
        page,
      }),
    transition: (id, trigger, availableUntil) => changeState(db, id, trigger, availableUntil),
    setProgress: async (id, { packsTotal, packsReady, bytes }) => {
      await db.rows(
        'UPDATE retrievals SET packs_total = $2, packs_ready = $3, bytes = $4 WHERE id = $1',
        [id, packsTotal, packsReady, bytes],
      );
    },
    due: () => dueRetrievals(db),
    openRestores: async (id) => {
      const rows = await db.rows<{ id: string }>(
        `SELECT id FROM sessions
          WHERE retrieval_id = $1 AND kind = 'restore' AND state IN (${openStatesSql})`,
        [id],
      );
      return rows.map((row) => row.id);
    },
  };
}

function insertRetrieval(db: Db, row: NewRetrieval): Promise<Retrieval> {
  return insertRow(db, 'retrievals', {
    id: row.id,
    restore_point_id: row.restorePointId,
    copy_job_id: row.copyJobId,
    repository_id: row.repositoryId,
    session_id: row.sessionId,
    state: 'retrieving',
    objects: json(row.objects),
    speed: row.speed,
    availability_seconds: row.availabilitySeconds,
  });
}

async function changeState(
  db: Db,
  id: string,
  trigger: RetrievalTrigger,
  availableUntil: string | undefined,
): Promise<Retrieval | undefined> {
  const from = retrievalStatesBefore(trigger);
  const to = from.map((state) => nextRetrievalState(state, trigger) ?? state);
  const next = '($3::text[])[array_position($2::text[], t.state)]';
  return db.first<Retrieval>(
    `UPDATE retrievals t SET
        state = ${next},
        available_until = CASE WHEN ${next} = 'retrieved'
          THEN coalesce($4::timestamptz, now() + t.availability_seconds * interval '1 second')
          ELSE t.available_until END
      WHERE t.id = $1 AND t.state = ANY ($2::text[])
      RETURNING t.*`,
    [id, from, to, availableUntil ?? null],
  );
}

function dueRetrievals(db: Db): Promise<readonly Retrieval[]> {
  return db.rows<Retrieval>(
    `${select}
      WHERE (t.state = 'retrieved' AND t.available_until <= now()
          OR t.state = 'removing')
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.retrieval_id = t.id
          AND (s.state IN (${openStatesSql})
            OR s.kind = 'remove-retrieval' AND s.ended_at > now() - interval '1 minute'))
      ORDER BY t.position`,
  );
}
