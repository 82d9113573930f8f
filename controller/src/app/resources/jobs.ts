import { AppError } from '@firn/shared/errors/app-error';
import { assertBackupTarget } from '../../domain/placement.ts';
import type { Job, JobObjects, JobScope, Repository, Retention } from '../../domain/resources.ts';
import { assertSameType } from '../../domain/retention.ts';
import type { Session } from '../../domain/session.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';
import {
  changeSchedule,
  checkAsked,
  endedSetting,
  type SchedulingInput,
  settingOf,
} from '../schedules/set-schedule.ts';
import { newBackupSession } from '../sessions/backup-session.ts';
import { announceSession } from '../sessions/change-session.ts';
import { stopSessionsOfJob } from '../sessions/stop-session.ts';
import { removeCopyJob } from './copy-jobs.ts';
import { assertUnused, found } from './found.ts';

export interface CreateJob extends SchedulingInput {
  readonly name: string;
  readonly organizationId: string;
  readonly repositoryId: string;
  readonly scope?: JobScope;
  readonly objects?: JobObjects;
  readonly retention?: Retention;
}

/** E_ARCHIVE_TARGET, E_REQUEST_INVALID, E_NAME_TAKEN */
export async function createJob(context: AppContext, input: CreateJob): Promise<Job> {
  const { database, secrets, calendar } = context;
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
  const schedule = checkAsked(calendar, input.schedule, 'backup job');
  const { enabled = true } = input;
  const id = secrets.uuid();
  return database.transaction(async (records) => {
    await records.jobs.insert({
      id,
      name,
      organizationId: organization.id,
      repositoryId: repository.id,
      scope,
      objects,
      retention,
    });
    const setting = await settingOf(records, calendar, { schedule, enabled });
    await records.schedules.insert({ jobId: id }, setting);
    return found('backup job', name, await records.jobs.find(id));
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

export interface UpdateJob extends SchedulingInput {
  /** null: the repository's. */
  readonly retention?: Retention | null;
}

/** Changes what is given. E_REQUEST_INVALID, also for a retention of another type than the repository's. */
export async function updateJob(context: AppContext, key: string, input: UpdateJob): Promise<Job> {
  const { database, calendar } = context;
  const { retention } = input;
  const asked = input.schedule && checkAsked(calendar, input.schedule, 'backup job');
  return database.transaction(async (records) => {
    const job = found('backup job', key, await records.jobs.find(key));
    if (retention !== undefined) await setRetention(records, job, retention);
    await changeSchedule({ records, calendar }, job, { schedule: asked, enabled: input.enabled });
    return found('backup job', key, await records.jobs.find(job.id));
  });
}

async function setRetention(
  records: Records,
  { id, repositoryId }: Job,
  retention: Retention | null,
): Promise<void> {
  const repository = found(
    'repository',
    repositoryId,
    await records.repositories.find(repositoryId),
  );
  if (retention !== null) assertSameType(retention, repository.retention);
  await records.jobs.setRetention(id, retention);
}

/** E_SESSION_OPEN while another session of the job has not ended. */
export async function startJob(context: AppContext, key: string, full: boolean): Promise<Session> {
  const { database: records, secrets } = context;
  const row = await newBackupSession({ records, secrets }, key, { details: { full } });
  const session = await records.sessions.insert(row);
  announceSession(context, session);
  return session;
}

/**
 * Its open session is stopped, its restore points stay. E_IN_USE while copy jobs need it.
 * @param withCopyJobs deletes them as well; their copies stay
 */
export async function deleteJob(
  context: AppContext,
  key: string,
  withCopyJobs: boolean,
): Promise<void> {
  const ids = await context.database.transaction(async (records) => {
    const job = found('backup job', key, await records.jobs.find(key));
    const copyJobs = withCopyJobs ? await records.copyJobs.ofJob(job.id) : [];
    for (const copyJob of copyJobs) await removeCopyJob(records, copyJob);
    assertUnused('job', job.name, await records.jobs.usersOf(job.id));
    await records.schedules.change(job.id, endedSetting(job));
    await records.jobs.remove(job.id);
    return [job.id, ...copyJobs.map(({ id }) => id)];
  });
  for (const id of ids) await stopSessionsOfJob(context, id, 'its job was deleted');
}
