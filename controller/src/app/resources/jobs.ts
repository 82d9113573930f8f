import { AppError } from '@firn/shared/errors/app-error';
import { assertBackupTarget } from '../../domain/placement.ts';
import type { Job, JobObjects, JobScope, Repository, Retention } from '../../domain/resources.ts';
import { assertSameType } from '../../domain/retention.ts';
import type { Session } from '../../domain/session.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { stopSessionsOfJob } from '../sessions/stop-session.ts';
import { assertUnused, found } from './found.ts';

export interface CreateJob {
  readonly name: string;
  readonly organizationId: string;
  readonly repositoryId: string;
  readonly scope?: JobScope;
  readonly objects?: JobObjects;
  readonly retention?: Retention;
}

/** E_ARCHIVE_TARGET, E_REQUEST_INVALID, E_NAME_TAKEN */
export async function createJob(context: AppContext, input: CreateJob): Promise<Job> {
  const { database, secrets } = context;
  const { name, scope = { entireOrganization: true } } = input;
  const { objects = { mailboxes: true, oneDrives: true } } = input;
  assertCoversSomething(scope, objects);
  const organization = found(
    'organization',
    input.organizationId,
    await database.organizations.find(input.organizationId),
  );
  const repository = found(
    'repository',
    input.repositoryId,
    await database.repositories.find(input.repositoryId),
  );
  assertBackupTarget(repository, await storageOf(database, repository));
  const { retention = null } = input;
  if (retention !== null) assertSameType(retention, repository.retention);
  return database.jobs.insert({
    id: secrets.uuid(),
    name,
    organizationId: organization.id,
    repositoryId: repository.id,
    scope,
    objects,
    retention,
  });
}

function assertCoversSomething(scope: JobScope, objects: JobObjects): void {
  const users = scope.users?.length ?? 0;
  if (scope.entireOrganization && users > 0) {
    throw new AppError(
      'E_REQUEST_INVALID',
      'scope.users is only for a job that does not cover the entire organization',
    );
  }
  if (!scope.entireOrganization && users === 0) {
    throw new AppError('E_REQUEST_INVALID', 'the scope covers nobody: name users');
  }
  if (!objects.mailboxes && !objects.oneDrives) {
    throw new AppError('E_REQUEST_INVALID', 'objects covers neither mailboxes nor OneDrives');
  }
}

export async function storageOf(records: Records, repository: Repository) {
  const { objectStorageId } = repository;
  return found(
    'object storage',
    objectStorageId,
    await records.objectStorages.find(objectStorageId),
  );
}

/** E_NOT_FOUND */
export async function findJob(context: AppContext, key: string): Promise<Job> {
  return found('backup job', key, await context.database.jobs.find(key));
}

/**
 * Changes a job's retention; null: it has the repository's. E_REQUEST_INVALID when
 * it is of another type than the repository's.
 */
export async function updateJob(
  { database }: AppContext,
  key: string,
  { retention }: { readonly retention?: Retention | null },
): Promise<Job> {
  const job = found('backup job', key, await database.jobs.find(key));
  if (retention === undefined) return job;
  const { repositoryId } = job;
  const repository = found(
    'repository',
    repositoryId,
    await database.repositories.find(repositoryId),
  );
  if (retention !== null) assertSameType(retention, repository.retention);
  await database.jobs.setRetention(job.id, retention);
  return { ...job, retention };
}

/** E_SESSION_OPEN while another session of the job has not ended. */
export async function startJob(context: AppContext, key: string, full: boolean): Promise<Session> {
  const { database, secrets } = context;
  const job = await findJob(context, key);
  const repository = await readyRepository(database, job.repositoryId);
  const session = await database.sessions.insert(
    newSession(secrets.uuid(), {
      kind: 'backup',
      proxyId: repository.proxyId,
      repositoryId: repository.id,
      organizationId: job.organizationId,
      jobId: job.id,
      details: { full },
    }),
  );
  announceSession(context, session);
  return session;
}

/** E_REPOSITORY_NOT_READY */
export async function readyRepository(records: Records, id: string): Promise<Repository> {
  const repository = found('repository', id, await records.repositories.find(id));
  if (repository.state === 'ready') return repository;
  throw new AppError(
    'E_REPOSITORY_NOT_READY',
    `repository "${repository.name}" is ${repository.state}`,
  );
}

/** E_IN_USE while copy jobs need it. Its open session is stopped first. */
export async function deleteJob(context: AppContext, key: string): Promise<void> {
  const id = await context.database.transaction(async ({ jobs }) => {
    const job = found('backup job', key, await jobs.find(key));
    assertUnused('job', job.name, await jobs.usersOf(job.id));
    await jobs.remove(job.id);
    return job.id;
  });
  await stopSessionsOfJob(context, id, 'its backup job was deleted');
}
