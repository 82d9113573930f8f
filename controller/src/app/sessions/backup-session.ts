import type { NewSession } from '../../domain/session.ts';
import type { Records } from '../../ports/records.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { found } from '../resources/found.ts';
import { readyRepository } from '../resources/ready-repository.ts';
import { newSession } from './new-session.ts';

export interface SessionPorts {
  readonly records: Records;
  readonly secrets: Secrets;
}

/** What a backup is told, and, if it tries again, of which session. */
export type BackupRun = Partial<Pick<NewSession, 'details' | 'retryOf' | 'retryNumber'>>;

/** E_NOT_FOUND, E_REPOSITORY_NOT_READY */
export async function newBackupSession(
  { records, secrets }: SessionPorts,
  jobKey: string,
  run: BackupRun,
): Promise<NewSession> {
  const job = found('backup job', jobKey, await records.jobs.find(jobKey));
  const repository = await readyRepository(records, job.repositoryId);
  return newSession(secrets.uuid(), {
    kind: 'backup',
    proxyId: repository.proxyId,
    repositoryId: repository.id,
    organizationId: job.organizationId,
    jobId: job.id,
    ...run,
  });
}
