import { AppError } from '@firn/shared/errors/app-error';
import { packSizeMibOf } from '../../domain/pack-size.ts';
import { assertCopyTarget } from '../../domain/placement.ts';
import type { CopyJob, Repository } from '../../domain/resources.ts';
import type { Session } from '../../domain/session.ts';
import type { Records } from '../../ports/records.ts';
import type { ScheduleSetting } from '../../ports/schedule-records.ts';
import type { AppContext } from '../context.ts';
import {
  changeSchedule,
  checkAsked,
  endedSetting,
  type SchedulingInput,
  settingOf,
} from '../schedules/set-schedule.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newCopySession } from '../sessions/copy-session.ts';
import { stopSessionsOfJob } from '../sessions/stop-session.ts';
import { found } from './found.ts';

export interface CreateCopyJob extends SchedulingInput {
  readonly name: string;
  readonly jobId: string;
  readonly repositoryId: string;
  readonly packSizeMiB?: number;
  readonly repackBy?: 'proxy' | 'appliance';
  /** Default 1. */
  readonly appliancesMax?: number;
  /** Id or name; default: appliances start on the controller's own machine. */
  readonly applianceTemplateId?: string;
  /** Default latest. */
  readonly seed?: 'latest' | 'all';
}

/** E_COPY_TARGET_PROXY, E_COPY_TARGET_RETENTION, E_COPY_TARGET_SAME, E_NAME_TAKEN */
export async function createCopyJob(context: AppContext, input: CreateCopyJob): Promise<CopyJob> {
  const { database, secrets, calendar } = context;
  const { name, repackBy = 'proxy' } = input;
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
  const applianceTemplateId = await templateOf(database, input);
  const schedule = checkAsked(calendar, input.schedule, 'backup copy job');
  const { enabled = true, seed = 'latest', appliancesMax = 1 } = input;
  const id = secrets.uuid();
  return database.transaction(async (records) => {
    await records.copyJobs.insert({
      id,
      name,
      jobId: job.id,
      repositoryId: target.id,
      packSizeMib: input.packSizeMiB ?? (await standardPackSizeMib(records, target)),
      repackBy,
      appliancesMax,
      applianceTemplateId,
      seed,
    });
    const setting = await settingOf(records, calendar, { schedule, enabled });
    await records.schedules.insert({ copyJobId: id }, setting);
    if (followsNow(setting)) await records.copyQueue.enqueue(id, seed);
    return found('backup copy job', name, await records.copyJobs.find(id));
  });
}

/** null: there is none to ask for. */
async function templateOf(records: Records, input: CreateCopyJob): Promise<string | null> {
  const { applianceTemplateId: key, repackBy } = input;
  if (key === undefined) return null;
  if (repackBy !== 'appliance') {
    const message = 'an appliance template is for a copy job that is repacked by an appliance';
    throw new AppError('E_REQUEST_INVALID', message);
  }
  const template = await records.applianceTemplates.find(key);
  return found('appliance template', key, template).id;
}

function followsNow({ schedule, enabled }: Pick<CopyJob, 'schedule' | 'enabled'>): boolean {
  return enabled && schedule.kind === 'immediately';
}

async function standardPackSizeMib(
  records: Records,
  { objectStorageId }: Repository,
): Promise<number> {
  const storage = await records.objectStorages.find(objectStorageId);
  return packSizeMibOf(storage?.provider ?? '');
}

async function withProxyName(records: Records, repository: Repository) {
  const proxy = await records.workers.get(repository.proxyId);
  return { repository, proxyName: proxy?.name ?? repository.proxyId };
}

/** E_NOT_FOUND */
export async function findCopyJob(context: AppContext, key: string): Promise<CopyJob> {
  return found('backup copy job', key, await context.database.copyJobs.find(key));
}

/**
 * Changes what is given. One that begins to follow its job copies the newest point
 * first; one that is disabled, or manual from now on, forgets what waits.
 */
export async function updateCopyJob(
  { database, calendar }: AppContext,
  key: string,
  input: SchedulingInput,
): Promise<CopyJob> {
  const asked = input.schedule && checkAsked(calendar, input.schedule, 'backup copy job');
  return database.transaction(async (records) => {
    const before = found('backup copy job', key, await records.copyJobs.find(key));
    const change = { schedule: asked, enabled: input.enabled };
    const setting = await changeSchedule({ records, calendar }, before, change);
    await adjustQueue(records, before, setting);
    return found('backup copy job', key, await records.copyJobs.find(before.id));
  });
}

async function adjustQueue(
  { copyQueue }: Records,
  before: CopyJob,
  setting: ScheduleSetting,
): Promise<void> {
  const { id, seed } = before;
  if (!setting.enabled) {
    await copyQueue.drop(id, 'the copy job was disabled');
  } else if (setting.schedule.kind === 'manual' && before.schedule.kind !== 'manual') {
    await copyQueue.drop(id, 'the copy job runs by hand from now on');
  } else if (followsNow(setting) && !followsNow(before)) {
    await copyQueue.enqueue(id, (await copyQueue.hasRun(id)) ? 'latest' : seed);
  }
}

/**
 * Copies the oldest point that waits, else the newest of the job.
 * E_NO_RESTORE_POINT, E_SESSION_OPEN
 */
export async function startCopyJob(
  context: AppContext,
  key: string,
  { seal = false }: { readonly seal?: boolean } = {},
): Promise<Session> {
  const { database, secrets } = context;
  const session = await database.transaction(async (records) => {
    const copyJob = found('backup copy job', key, await records.copyJobs.find(key));
    await records.schedules.lock(copyJob.id, true);
    const waiting = await nextWaiting(records, copyJob);
    const restorePointId = waiting?.restorePointId ?? (await newestPoint(records, copyJob));
    const run = { restorePointId, details: { seal } };
    const row = await newCopySession({ records, secrets }, copyJob.id, run);
    const started = await records.sessions.insert(row);
    if (waiting !== undefined) {
      const reason = 'started by hand';
      const settled = { outcome: 'started', sessionId: started.id, reason } as const;
      await records.schedules.settle(waiting, settled);
    }
    return started;
  });
  announceSession(context, session);
  return session;
}

/** Also of a first run that is to copy every point: they begin to wait now. */
async function nextWaiting({ copyQueue }: Records, { id, seed }: CopyJob) {
  if (seed === 'all' && !(await copyQueue.hasRun(id))) await copyQueue.enqueue(id, 'all');
  const waiting = await copyQueue.next(id);
  return waiting?.isGone === true ? undefined : waiting;
}

async function newestPoint(records: Records, { jobId }: CopyJob): Promise<string> {
  const job = found('backup job', jobId, await records.jobs.find(jobId));
  const point = await records.restorePoints.newestOf(job.id, job.repositoryId);
  if (point !== undefined) return point.id;
  throw new AppError('E_NO_RESTORE_POINT', `job "${job.name}" has no restore point`);
}

/** Its open session is stopped; its copies stay. */
export async function deleteCopyJob(context: AppContext, key: string): Promise<void> {
  const id = await context.database.transaction(async (records) => {
    const copyJob = found('backup copy job', key, await records.copyJobs.find(key));
    await removeCopyJob(records, copyJob);
    return copyJob.id;
  });
  await stopSessionsOfJob(context, id, 'its copy job was deleted');
}

/** Its sessions are still to be stopped. */
export async function removeCopyJob(records: Records, copyJob: CopyJob): Promise<void> {
  await records.copyQueue.drop(copyJob.id, 'the copy job was deleted');
  await records.schedules.change(copyJob.id, endedSetting(copyJob));
  await records.copyJobs.remove(copyJob.id);
}
