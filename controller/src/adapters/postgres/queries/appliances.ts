import type { ApplianceUsage } from '../../../domain/appliance-limits.ts';
import type { ApplianceSettings } from '../../../domain/appliance-settings.ts';
import type { Appliance } from '../../../domain/worker.ts';
import type { ApplianceRecords, NewAppliance } from '../../../ports/worker-records.ts';
import { type Db, json } from '../db.ts';

/** Of a template that is gone: 0. */
const keepWarmSql = `coalesce((SELECT t.keep_warm_minutes FROM appliance_templates t
  WHERE t.id = a.template_id AND t.deleted_at IS NULL), 0)`;

const columns = `a.*, a.hard_deadline <= now() AS overdue,
  ${keepWarmSql} AS keep_warm_minutes,
  (extract(epoch FROM a.warm_until - now()) * 1000)::double precision AS warm_left_ms,
  (extract(epoch FROM now() - a.sent_at) * 1000)::double precision AS sent_ago_ms,
  (extract(epoch FROM now() - a.created_at) * 1000)::double precision AS started_ago_ms,
  a.hello_at IS NOT NULL AS said_hello, a.ending_at IS NOT NULL AS is_ending`;

const select = `SELECT ${columns} FROM appliances a`;

export function makeApplianceRecords(db: Db): ApplianceRecords {
  const update = makeUpdate(db);
  return {
    ...makeStateQueries(update),
    ...makeWarmQueries(update),
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
        choice, dollars_per_hour, sealed_request, template_id, organization_id)
      VALUES ($1, $2, $3, 'intended', now() + $4 * interval '1 millisecond', $5, $6, $7, $8, $9, $10)`,
    [
      appliance.workerId,
      appliance.sessionId,
      appliance.attempt,
      appliance.lifeMs,
      json(appliance.settings),
      appliance.choice,
      appliance.dollarsPerHour,
      appliance.sealedRequest,
      appliance.templateId,
      appliance.organizationId,
    ],
  );
}

type StateQueries = Pick<
  ApplianceRecords,
  'sent' | 'launched' | 'saidHello' | 'working' | 'ending' | 'ended'
>;

type Update = (
  set: string,
  where: string,
  values: readonly unknown[],
) => Promise<Appliance | undefined>;

function makeUpdate(db: Db): Update {
  return (set, where, values) =>
    db.first<Appliance>(
      `UPDATE appliances a SET ${set} WHERE a.worker_id = $1 AND ${where} RETURNING ${columns}`,
      values,
    );
}

/** intended, launched, working, ended: forwards only; but for a warm one that gets a session. */
function makeStateQueries(update: Update): StateQueries {
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
      await update(`state = 'working'`, `a.state IN ('intended', 'launched')`, [workerId]);
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

type WarmQueries = Pick<ApplianceRecords, 'succeeded' | 'freed' | 'reassigned'>;

/** working, warm, launched again with another session. */
function makeWarmQueries(update: Update): WarmQueries {
  return {
    succeeded: async (workerId, lifeMsMin) => {
      const until = `CASE WHEN ${keepWarmSql} > 0 THEN least(
        now() + ${keepWarmSql} * interval '1 minute',
        a.hard_deadline - $2 * interval '1 millisecond') END`;
      const set = `succeeded = true, warm_until = coalesce(a.warm_until, ${until})`;
      await update(set, `a.state <> 'warm'`, [workerId, lifeMsMin]);
    },
    freed: async (workerId) => {
      const where = `a.state = 'working' AND a.warm_until IS NOT NULL AND a.ending_at IS NULL`;
      await update(`state = 'warm', freed_at = now()`, where, [workerId]);
    },
    reassigned: async (workerId, { sessionId, attempt }) => {
      const set = `state = 'launched', session_id = $2, attempt = $3, assigned_at = now(),
        succeeded = false, warm_until = NULL, freed_at = NULL`;
      const where = `a.state = 'warm' AND a.ending_at IS NULL`;
      return (await update(set, where, [workerId, sessionId, attempt])) !== undefined;
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
          WHERE succeeded AND coalesce(ended_at, freed_at) > now() - $1 * interval '1 millisecond'`,
        [withinMs],
      );
      return rows.map(({ sessionId }) => sessionId);
    },
    countFailed: async (sessionId, workedMs) => {
      const row = await db.first<{ count: number }>(
        `SELECT count(*) FROM appliances
          WHERE session_id = $1 AND NOT succeeded AND NOT refused AND ending_at IS NOT NULL
            AND assigned_at > coalesce((SELECT max(assigned_at) FROM appliances
              WHERE session_id = $1 AND (succeeded OR hello_at IS NOT NULL
                AND ending_at - greatest(hello_at, assigned_at) > $2 * interval '1 millisecond')),
              '-infinity')`,
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
