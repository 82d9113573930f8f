import { AppError } from '@firn/shared/errors/app-error';
import { DatabaseError } from 'pg';

const unavailable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections
  '57P01',
  '57P02',
  '57P03',
  '53300',
]);

/** Unique indexes whose violation is a user's business. */
const uniqueMeanings: Readonly<Record<string, () => AppError>> = {
  sessions_one_open_per_job: () =>
    new AppError('E_SESSION_OPEN', 'the backup job has a session that has not ended'),
  sessions_one_open_per_copy_job: () =>
    new AppError('E_SESSION_OPEN', 'the backup copy job has a session that has not ended'),
  sessions_one_open_retention: () =>
    new AppError('E_SESSION_OPEN', 'retention of the repository runs already'),
  sessions_one_open_key_change: () =>
    new AppError('E_SESSION_OPEN', 'the keys of the repository are being changed already'),
  sessions_one_open_storage_test: () =>
    new AppError('E_SESSION_OPEN', 'the proxy is testing the object storage already'),
  sessions_one_open_per_retrieval: () =>
    new AppError('E_SESSION_OPEN', 'the retrieval has a session that has not ended'),
};

const kindsByTable: Readonly<Record<string, string>> = {
  api_tokens: 'API token',
  organizations: 'organization',
  object_storages: 'object storage',
  workers: 'proxy',
  repositories: 'repository',
  jobs: 'backup job',
  copy_jobs: 'backup copy job',
};

/** Whether the same transaction may succeed when it runs again. */
export function isRetryable(error: unknown): boolean {
  // serialization_failure, deadlock_detected
  return error instanceof DatabaseError && (error.code === '40001' || error.code === '40P01');
}

/** Gives back what has no meaning to a user: the caller sees a defect, with its cause. */
export function toAppError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  if (unavailable.has(code) || error.message.startsWith('Connection terminated')) {
    return new AppError('E_DATABASE_UNAVAILABLE', `Postgres does not answer (${code})`, {
      cause: error,
    });
  }
  if (error instanceof DatabaseError && code === '23505') return uniqueViolation(error);
  return error;
}

function uniqueViolation(error: DatabaseError): unknown {
  const index = error.constraint ?? '';
  const meaning = uniqueMeanings[index];
  if (meaning !== undefined) return meaning();
  if (!/_name(_key)?$/.test(index)) return error;
  const name = /\)=\((.*)\) already exists/.exec(error.detail ?? '')?.[1] ?? '';
  const kind = kindsByTable[error.table ?? ''] ?? 'resource';
  return new AppError('E_NAME_TAKEN', `the name "${name}" is taken by another ${kind}`);
}
