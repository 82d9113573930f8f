import type { ApplianceUsage } from '../../../domain/appliance-limits.ts';
import type { ApplianceSettings } from '../../../domain/appliance-settings.ts';
import type { Appliance } from '../../../domain/worker.ts';
import type { ApplianceRecords, NewAppliance } from '../../../ports/worker-records.ts';
import { type Db, json } from '../db.ts';

const columns = `a.*, a.hard_deadline <= now() AS overdue,
  (extract(epoch FROM now() - a.sent_at) * 1000)::double precision AS sent_ago_ms,
  (extract(epoch FROM now() - a.created_at) * 1000)::double precision AS started_ago_ms,
  a.hello_at IS NOT NULL AS said_hello, a.ending_at IS NOT NULL AS is_ending`;

const select = `SELECT ${columns} FROM appliances a`;

export function makeApplianceRecords(db: Db): ApplianceRecords {
  return {
    ...makeStateQueries(db),
    ...makeCounts(db),
    insert: (appliance) => insertAppliance(db, appliance),
    get: (workerId) => db.first<Appliance>(`${select} WHERE a.worker_id = $1`, [workerId]),
    live: () => db.rows<Appliance>(`${select} WHERE a.state <> 'ended' ORDER BY a.created_at`),
    places: async (withinMs) => {
      const rows = await db.rows<{ settings: ApplianceSettings }>(
        `SELECT DISTINCT settings FROM appliances
          WHERE state <> 'ended' OR ended_at > now() - $1 * interval '1 millisecond'`,
        [withinMs],
      );
      return rows.map(({ settings }) => settings);
    },
  };
}

async function insertAppliance(db: Db, appliance: NewAppliance): Promise<void> {
  await db.rows(
    `INSERT INTO appliances (worker_id, session_id, attempt, state, hard_deadline, settings,
        choice, dollars_per_hour, sealed_request)
      VALUES ($1, $2, $3, 'intended', now() + $4 * interval '1 millisecond', $5, $6, $7, $8)`,
    [
      appliance.workerId,
      appliance.sessionId,
      appliance.attempt,
      appliance.lifeMs,
      json(appliance.settings),
      appliance.choice,
      appliance.dollarsPerHour,
      appliance.sealedRequest,
    ],
  );
}

type StateQueries = Pick<
  ApplianceRecords,
  'sent' | 'launched' | 'saidHello' | 'working' | 'succeeded' | 'ending' | 'ended'
>;

/** intended, launched, working, ended: forwards only. */
function makeStateQueries(db: Db): StateQueries {
  const update = async (set: string, where: string, values: readonly unknown[]) =>
    db.first<Appliance>(
      `UPDATE appliances a SET ${set} WHERE a.worker_id = $1 AND ${where} RETURNING ${columns}`,
      values,
    );
  return {
    sent: (workerId) => update('sent_at = now()', 'a.ending_at IS NULL', [workerId]),
    launched: async (workerId, handle) => {
      const set = `handle = $2, state = CASE a.state WHEN 'intended' THEN 'launched' ELSE a.state END`;
      await update(set, 'true', [workerId, handle]);
    },
    saidHello: async (workerId) => {
      await update('hello_at = coalesce(a.hello_at, now())', 'true', [workerId]);
    },
    working: async (workerId) => {
      await update(`state = 'working'`, `a.state <> 'ended'`, [workerId]);
    },
    succeeded: async (workerId) => {
      await update('succeeded = true', 'true', [workerId]);
    },
    ending: (workerId, { reason, refused = false }) => {
      const set = `ending_at = coalesce(a.ending_at, now()), refused = a.refused OR $3,
        end_reason = coalesce(a.end_reason, $2)`;
      return update(set, `a.state <> 'ended'`, [workerId, reason, refused]);
    },
    ended: async (workerId) => {
      // What was asked is of no more use, and held a secret.
      const set = `state = 'ended', ended_at = now(), sealed_request = '',
        ending_at = coalesce(a.ending_at, now())`;
      await update(set, `a.state <> 'ended'`, [workerId]);
    },
  };
}

type Counts = Pick<
  ApplianceRecords,
  'lockLaunches' | 'usage' | 'servedWithin' | 'countFailed' | 'refusedChoices'
>;

function makeCounts(db: Db): Counts {
  return {
    lockLaunches: async () => {
      await db.rows('LOCK TABLE appliances IN SHARE ROW EXCLUSIVE MODE');
    },
    usage: async () => {
      const [usage] = await db.rows<ApplianceUsage>(usageSql);
      return usage as ApplianceUsage;
    },
    servedWithin: async (withinMs) => {
      const rows = await db.rows<{ sessionId: string }>(
        `SELECT session_id FROM appliances
          WHERE succeeded AND ended_at > now() - $1 * interval '1 millisecond'`,
        [withinMs],
      );
      return rows.map(({ sessionId }) => sessionId);
    },
    countFailed: async (sessionId, workedMs) => {
      const row = await db.first<{ count: number }>(
        `SELECT count(*) FROM appliances
          WHERE session_id = $1 AND NOT succeeded AND NOT refused AND ending_at IS NOT NULL
            AND created_at > coalesce((SELECT max(created_at) FROM appliances
              WHERE session_id = $1 AND (succeeded
                OR ending_at - hello_at > $2 * interval '1 millisecond')), '-infinity')`,
        [sessionId, workedMs],
      );
      return row?.count ?? 0;
    },
    refusedChoices: async (sessionId, withinMs) => {
      const rows = await db.rows<{ choice: string }>(
        `SELECT DISTINCT choice FROM appliances WHERE session_id = $1 AND refused
          AND created_at > now() - $2 * interval '1 millisecond'`,
        [sessionId, withinMs],
      );
      return rows.map(({ choice }) => choice);
    },
  };
}

const billedSql = `dollars_per_hour * extract(epoch FROM
  coalesce(ended_at, now()) - greatest(sent_at, date_trunc('month', now(), 'UTC'))) / 3600`;

const usageSql = `
  SELECT count(*) FILTER (WHERE state <> 'ended') AS live,
      count(*) FILTER (WHERE created_at > now() - interval '1 hour' AND NOT refused)
        AS launches_of_last_hour,
      coalesce(sum(greatest(${billedSql}, 0)) FILTER (WHERE sent_at IS NOT NULL), 0)::double precision
        AS dollars_spent,
      coalesce(sum(greatest(dollars_per_hour * extract(epoch FROM hard_deadline - now()) / 3600, 0))
        FILTER (WHERE state <> 'ended'), 0)::double precision AS dollars_reserved
    FROM appliances
    WHERE state <> 'ended' OR ended_at > least(date_trunc('month', now(), 'UTC'), now() - interval '1 hour')`;
