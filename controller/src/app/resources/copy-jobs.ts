import { AppError } from '@firn/shared/errors/app-error';
import { assertCopyTarget } from '../../domain/placement.ts';
import type { CopyJob, Repository } from '../../domain/resources.ts';
import type { Session } from '../../domain/session.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { stopSessionsOfJob } from '../sessions/stop-session.ts';
import { found } from './found.ts';
import { readyRepository } from './jobs.ts';

export interface CreateCopyJob {
  readonly name: string;
  readonly jobId: string;
  readonly repositoryId: string;
  readonly packSizeMiB?: number;
  readonly repackBy?: 'proxy' | 'appliance';
}

/** [engine] Azure: a thaw is priced per object read, and 128 MiB is where it levels out. */
const packSizeMibDefault = 128;

/** E_COPY_TARGET_PROXY, E_COPY_TARGET_RETENTION, E_COPY_TARGET_SAME, E_NAME_TAKEN */
export async function createCopyJob(context: AppContext, input: CreateCopyJob): Promise<CopyJob> {
  const { database, secrets } = context;
  const { name, packSizeMiB = packSizeMibDefault, repackBy = 'proxy' } = input;
  const job = found('backup job', input.jobId, await database.jobs.find(input.jobId));
  const source = found(
    'repository',
    job.repositoryId,
    await database.repositories.find(job.repositoryId),
  );
  const target = found(
    'repository',
    input.repositoryId,
    await database.repositories.find(input.repositoryId),
  );
  assertCopyTarget(await withProxyName(database, source), await withProxyName(database, target));
  return database.copyJobs.insert({
    id: secrets.uuid(),
    name,
    jobId: job.id,
    repositoryId: target.id,
    packSizeMib: packSizeMiB,
    repackBy,
  });
}

async function withProxyName(records: Records, repository: Repository) {
  const proxy = await records.workers.get(repository.proxyId);
  return { repository, proxyName: proxy?.name ?? repository.proxyId };
}

/** E_NOT_FOUND */
export async function findCopyJob(context: AppContext, key: string): Promise<CopyJob> {
  return found('backup copy job', key, await context.database.copyJobs.find(key));
}

/** Copies the newest restore point of the job. E_NO_RESTORE_POINT, E_SESSION_OPEN */
export async function startCopyJob(
  context: AppContext,
  key: string,
  { seal = false }: { readonly seal?: boolean } = {},
): Promise<Session> {
  const { database, secrets } = context;
  const copyJob = await findCopyJob(context, key);
  const job = found('backup job', copyJob.jobId, await database.jobs.find(copyJob.jobId));
  const target = await readyRepository(database, copyJob.repositoryId);
  const point = await database.restorePoints.newestOf(job.id, job.repositoryId);
  if (point === undefined) {
    throw new AppError('E_NO_RESTORE_POINT', `job "${job.name}" has no restore point`);
  }
  const session = await database.sessions.insert(
    newSession(secrets.uuid(), {
      kind: 'copy',
      proxyId: target.proxyId,
      repositoryId: target.id,
      organizationId: job.organizationId,
      jobId: job.id,
      copyJobId: copyJob.id,
      restorePointId: point.id,
      details: { seal },
    }),
  );
  announceSession(context, session);
  return session;
}

/** Its open session is stopped; its copies stay. */
export async function deleteCopyJob(context: AppContext, key: string): Promise<void> {
  const { id } = await findCopyJob(context, key);
  await context.database.copyJobs.remove(id);
  await stopSessionsOfJob(context, id, 'its copy job was deleted');
}
