import type { NewSession } from '../../domain/session.ts';
import { found } from '../resources/found.ts';
import { readyRepository } from '../resources/ready-repository.ts';
import type { SessionPorts } from './backup-session.ts';
import { newSession } from './new-session.ts';

/** The point that a copy copies, what it is told, and, if it tries again, of which session. */
export type CopyRun = Pick<NewSession, 'restorePointId'> &
  Partial<Pick<NewSession, 'details' | 'retryOf' | 'retryNumber'>>;

/** E_NOT_FOUND, E_REPOSITORY_NOT_READY */
export async function newCopySession(
  { records, secrets }: SessionPorts,
  copyJobKey: string,
  run: CopyRun,
): Promise<NewSession> {
  const copyJob = found('backup copy job', copyJobKey, await records.copyJobs.find(copyJobKey));
  const job = found('backup job', copyJob.jobId, await records.jobs.find(copyJob.jobId));
  const target = await readyRepository(records, copyJob.repositoryId);
  return newSession(secrets.uuid(), {
    kind: 'copy',
    proxyId: target.proxyId,
    repositoryId: target.id,
    organizationId: job.organizationId,
    jobId: job.id,
    copyJobId: copyJob.id,
    ...run,
  });
}
