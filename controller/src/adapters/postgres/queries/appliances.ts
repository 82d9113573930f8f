import type { Appliance } from '../../../domain/worker.ts';
import type { ApplianceRecords, NewAppliance } from '../../../ports/worker-records.ts';
import type { Db } from '../db.ts';

const select = 'SELECT a.*, a.hard_deadline <= now() AS overdue FROM appliances a';

export function makeApplianceRecords(db: Db): ApplianceRecords {
  return {
    insert: (appliance) => insertAppliance(db, appliance),
    get: (workerId) => db.first<Appliance>(`${select} WHERE a.worker_id = $1`, [workerId]),
    launched: async (workerId, handle) => {
      await db.rows(
        `UPDATE appliances SET handle = $2,
            state = CASE state WHEN 'intended' THEN 'launched' ELSE state END
          WHERE worker_id = $1`,
        [workerId, handle],
      );
    },
    working: async (workerId) => {
      await db.rows(
        `UPDATE appliances SET state = 'working' WHERE worker_id = $1 AND state <> 'ended'`,
        [workerId],
      );
    },
    ended: async (workerId) => {
      await db.rows(
        `UPDATE appliances SET state = 'ended', ended_at = now()
          WHERE worker_id = $1 AND state <> 'ended'`,
        [workerId],
      );
    },
    succeeded: async (workerId) => {
      await db.rows('UPDATE appliances SET succeeded = true WHERE worker_id = $1', [workerId]);
    },
    servedWithin: async (withinMs) => {
      const rows = await db.rows<{ sessionId: string }>(
        `SELECT session_id FROM appliances
          WHERE succeeded AND ended_at > now() - $1 * interval '1 millisecond'`,
        [withinMs],
      );
      return rows.map(({ sessionId }) => sessionId);
    },
    live: () => db.rows<Appliance>(`${select} WHERE a.state <> 'ended' ORDER BY a.created_at`),
    countFailed: async (sessionId) => {
      const row = await db.first<{ count: number }>(
        'SELECT count(*) FROM appliances WHERE session_id = $1 AND NOT succeeded',
        [sessionId],
      );
      return row?.count ?? 0;
    },
  };
}

async function insertAppliance(db: Db, appliance: NewAppliance): Promise<void> {
  await db.rows(
    `INSERT INTO appliances (worker_id, session_id, attempt, state, hard_deadline)
      VALUES ($1, $2, $3, 'intended', now() + $4 * interval '1 millisecond')`,
    [appliance.workerId, appliance.sessionId, appliance.attempt, appliance.lifeMs],
  );
}
