import type { Session, SessionAttempt } from '../../../domain/session.ts';
import { nextState, type SessionTrigger, statesBefore } from '../../../domain/session-state.ts';
import type { SessionRecords, Transition } from '../../../ports/session-records.ts';
import { type Db, json } from '../db.ts';
import { sessionColumns } from './session-columns.ts';

type StateQueries = Pick<
  SessionRecords,
  'transition' | 'renewLeases' | 'expireLeases' | 'extendLeases' | 'silentSince'
>;

/**
 * Everything that changes a state. The transition table goes into the query as
 * two arrays and is looked up by expressions, never by a join: when the query
 * waited for another one, Postgres computes expressions anew for the changed
 * row, but keeps the row that it was joined with.
 */
export function makeSessionStateQueries(db: Db): StateQueries {
  return {
    transition: (transition) => changeState(db, transition),
    renewLeases: (proxyId, running, leaseMs) => renewLeases(db, proxyId, running, leaseMs),
    expireLeases: () => expireLeases(db),
    extendLeases: async (leaseMs) => {
      await db.rows(
        `UPDATE sessions SET
            lease_until = greatest(lease_until, now() + $1 * interval '1 millisecond')
          WHERE state IN ('running', 'stopping') AND lease_until IS NOT NULL`,
        [leaseMs],
      );
    },
    silentSince: (graceMs) =>
      db.rows<Session>(
        `SELECT ${sessionColumns} FROM sessions s
          WHERE s.state = 'lost' AND s.lost_at < now() - $1 * interval '1 millisecond'
            OR s.state = 'stopping'
              AND coalesce(s.lease_until, s.assigned_at) < now() - $1 * interval '1 millisecond'
          ORDER BY s.position`,
        [graceMs],
      ),
  };
}

function tableOf(trigger: SessionTrigger): { from: string[]; to: string[] } {
  const from = statesBefore(trigger);
  return { from, to: from.map((state) => nextState(state, trigger) ?? state) };
}

/** What a trigger sets besides the state. $5 is the lease in ms. */
const effects: Readonly<Partial<Record<SessionTrigger, string>>> = {
  assign: 'attempt = s.attempt + 1, assigned_at = now(), lease_until = NULL, lost_at = NULL',
  accept: `lease_until = now() + $5 * interval '1 millisecond', lost_at = NULL,
    started_at = coalesce(s.started_at, now())`,
};

const nextSql = '($3::text[])[array_position($2::text[], s.state)]';

const endEffect = `ended_at = CASE WHEN ${nextSql} IN ('success', 'warning', 'failed', 'stopped')
  THEN now() END`;

async function changeState(db: Db, transition: Transition): Promise<Session | undefined> {
  const { sessionId, trigger, attempt, leaseMs, counts, problem } = transition;
  const { from, to } = tableOf(trigger);
  return db.first<Session>(
    `WITH s AS (
      UPDATE sessions s SET
          state = ${nextSql},
          counts = coalesce($6::jsonb, s.counts),
          problem = coalesce($7::jsonb, s.problem),
          ${effects[trigger] ?? endEffect}
        WHERE s.id = $1 AND s.state = ANY ($2::text[])
          AND ($4::integer IS NULL OR s.attempt = $4) AND coalesce($5::integer, 1) > 0
        RETURNING s.*)
    SELECT ${sessionColumns} FROM s`,
    [sessionId, from, to, attempt ?? null, leaseMs ?? null, json(counts), json(problem)],
  );
}

function renewLeases(
  db: Db,
  proxyId: string,
  running: readonly SessionAttempt[],
  leaseMs: number,
): Promise<readonly SessionAttempt[]> {
  const { from, to } = tableOf('accept');
  return db.rows<SessionAttempt>(
    `UPDATE sessions s SET
        state = ${nextSql},
        lease_until = now() + $6 * interval '1 millisecond',
        lost_at = NULL,
        started_at = coalesce(s.started_at, now())
      FROM unnest($4::uuid[], $5::integer[]) AS r (id, attempt)
      WHERE s.proxy_id = $1 AND s.id = r.id AND s.attempt = r.attempt
        AND s.state = ANY ($2::text[])
      RETURNING s.id AS session_id, s.attempt`,
    [
      proxyId,
      from,
      to,
      running.map(({ sessionId }) => sessionId),
      running.map(({ attempt }) => attempt),
      leaseMs,
    ],
  );
}

function expireLeases(db: Db): Promise<readonly Session[]> {
  const { from, to } = tableOf('lease-expired');
  return db.rows<Session>(
    `WITH s AS (
      UPDATE sessions s SET
          state = ($2::text[])[array_position($1::text[], s.state)], lost_at = now()
        WHERE s.state = ANY ($1::text[]) AND s.lease_until < now()
        RETURNING s.*)
    SELECT ${sessionColumns} FROM s`,
    [from, to],
  );
}
