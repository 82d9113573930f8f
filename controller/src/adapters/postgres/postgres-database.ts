import type { Pool } from 'pg';
import type { Database, Records } from '../../ports/records.ts';
import { type Db, makeDb } from './db.ts';
import { isRetryable, toAppError } from './postgres-errors.ts';
import { makeApplianceTemplateRecords } from './queries/appliance-templates.ts';
import { makeApplianceRecords } from './queries/appliances.ts';
import { makeAuthorityRecords } from './queries/authorities.ts';
import { makeCopyQueueRecords } from './queries/copy-queue.ts';
import { makeIdempotencyRecords } from './queries/idempotency-keys.ts';
import { makeCopyJobRecords, makeJobRecords } from './queries/jobs.ts';
import { makeObjectStorageRecords } from './queries/object-storages.ts';
import { makeOrganizationRecords } from './queries/organizations.ts';
import { makeRepositoryRecords } from './queries/repositories.ts';
import { makeRestorePointRecords } from './queries/restore-points.ts';
import { makeRetrievalRecords } from './queries/retrievals.ts';
import { makeScheduleRecords } from './queries/schedules.ts';
import { makeSessionRecords } from './queries/sessions.ts';
import { makeTokenRecords } from './queries/tokens.ts';
import { makeWorkerRecords } from './queries/workers.ts';

const attemptsMax = 5;

export function makePostgresDatabase(pool: Pool): Database {
  return { ...makeRecords(makeDb(pool)), transaction: (work) => transaction(pool, work) };
}

async function transaction<T>(
  pool: Pool,
  work: (records: Records) => Promise<T>,
  attempt = 1,
): Promise<T> {
  const client = await pool.connect().catch((error: unknown) => {
    throw toAppError(error);
  });
  let broken: Error | undefined;
  try {
    await client.query('BEGIN');
    const result = await work(makeRecords(makeDb(client)));
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    if (!isRetryable(error) || attempt >= attemptsMax) throw toAppError(error);
  } finally {
    // A connection that cannot roll back is closed, not handed out again.
    client.release(broken);
  }
  return transaction(pool, work, attempt + 1);
}

function makeRecords(db: Db): Records {
  return {
    organizations: makeOrganizationRecords(db),
    objectStorages: makeObjectStorageRecords(db),
    repositories: makeRepositoryRecords(db),
    jobs: makeJobRecords(db),
    copyJobs: makeCopyJobRecords(db),
    schedules: makeScheduleRecords(db),
    copyQueue: makeCopyQueueRecords(db),
    tokens: makeTokenRecords(db),
    authorities: makeAuthorityRecords(db),
    idempotency: makeIdempotencyRecords(db),
    workers: makeWorkerRecords(db),
    appliances: makeApplianceRecords(db),
    applianceTemplates: makeApplianceTemplateRecords(db),
    sessions: makeSessionRecords(db),
    restorePoints: makeRestorePointRecords(db),
    retrievals: makeRetrievalRecords(db),
  };
}
