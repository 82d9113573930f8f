import type { NewRetrieval, Retrieval } from '../../../domain/restore-point.ts';
import type { RetrievalPack } from '../../../domain/retrieval-plan.ts';
import {
  nextRetrievalState,
  type RetrievalState,
  type RetrievalTrigger,
  retrievalStatesBefore,
} from '../../../domain/retrieval-state.ts';
import type { RetrievalRecords } from '../../../ports/restore-records.ts';
import { type Db, json } from '../db.ts';
import { equals, selectPage } from '../page.ts';
import { insertRow } from './named.ts';
import { openStatesSql } from './session-columns.ts';

const select = 'SELECT t.* FROM retrievals t';
/** Then nothing of it can be read any more. */
const endsPoint: ReadonlySet<RetrievalState> = new Set([
  'removing',
  'expired',
  'failed',
  'cancelled',
]);

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
    setPlan: async (id, plan) => {
      await db.rows('UPDATE retrievals SET plan = $2 WHERE id = $1', [id, json(plan)]);
    },
    setStart: async (id, { sessionId, speed, priceLimit, noticeHours }) => {
      await db.rows(
        `UPDATE retrievals SET session_id = $2, speed = $3, price_limit = $4,
            notice_hours = coalesce($5, notice_hours) WHERE id = $1`,
        [id, sessionId, speed, json(priceLimit), noticeHours],
      );
    },
    setCancelled: async (id) => {
      await db.rows('UPDATE retrievals SET cancelled = true WHERE id = $1', [id]);
    },
    putPacks: (id, packs) => putPacks(db, id, packs),
    listPacks: (id, page) =>
      selectPage<RetrievalPack>(db, {
        select: 'SELECT k.* FROM retrieval_packs k',
        order: 'k.position',
        direction: 'ASC',
        where: equals('k.retrieval_id', id),
        page,
      }),
    due: () => dueRetrievals(db),
    lapsed: () =>
      db.rows<Retrieval>(
        `${select} WHERE t.state = 'planned'
          AND (t.plan->>'plannedAt')::timestamptz < now() - interval '1 day'`,
      ),
    endingInUse: (hours) =>
      db.rows<Retrieval>(
        `${select} WHERE t.state = 'retrieved'
          AND t.available_until < now() + $1 * interval '1 hour'
          AND EXISTS (SELECT FROM sessions s WHERE s.retrieval_id = t.id
            AND s.kind = 'restore' AND s.state IN (${openStatesSql}))`,
        [hours],
      ),
    takeNotices: () =>
      db.rows<Retrieval>(
        `UPDATE retrievals t SET noticed_until = t.available_until
          WHERE t.state = 'retrieved' AND t.notice_hours IS NOT NULL
            AND t.available_until < now() + t.notice_hours * interval '1 hour'
            AND t.noticed_until IS DISTINCT FROM t.available_until
          RETURNING t.*`,
      ),
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
    state: row.state,
    objects: json(row.objects),
    speed: row.speed,
    availability_seconds: row.availabilitySeconds,
    notice_hours: row.noticeHours,
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
  const changed = await db.first<Retrieval>(
    `UPDATE retrievals t SET
        state = ${next},
        available_until = CASE WHEN $5
          THEN coalesce($4::timestamptz, now() + t.availability_seconds * interval '1 second')
          ELSE t.available_until END
      WHERE t.id = $1 AND t.state = ANY ($2::text[])
      RETURNING t.*`,
    [id, from, to, availableUntil ?? null, trigger === 'ready'],
  );
  if (changed !== undefined && endsPoint.has(changed.state)) {
    await db.rows('UPDATE restore_points SET expired = true WHERE retrieval_id = $1', [id]);
  }
  return changed;
}

async function putPacks(db: Db, id: string, packs: readonly RetrievalPack[]): Promise<void> {
  await db.rows(
    `INSERT INTO retrieval_packs AS k (retrieval_id, pack, bytes, state)
      SELECT $1, u.pack, u.bytes, u.state
      FROM unnest($2::text[], $3::bigint[], $4::text[]) AS u (pack, bytes, state)
      ON CONFLICT (retrieval_id, pack) DO UPDATE SET
        bytes = excluded.bytes, state = excluded.state`,
    [id, packs.map((k) => k.pack), packs.map((k) => k.bytes), packs.map((k) => k.state)],
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
