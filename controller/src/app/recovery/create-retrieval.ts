import { AppError } from '@firn/shared/errors/app-error';
import { mustThaw, type ThawSpeed } from '@firn/shared/storage-class/storage-class';
import type { Repository } from '../../domain/resources.ts';
import type { RestorePoint, Retrieval } from '../../domain/restore-point.ts';
import { assertSpeed } from '../../domain/retrieval-speed.ts';
import type { NewSession, ObjectSelection, Session } from '../../domain/session.ts';
import type { Records } from '../../ports/records.ts';
import type { AppContext } from '../context.ts';
import { found } from '../resources/found.ts';
import { readyRepository } from '../resources/ready-repository.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';

/** Of one point, or of a copy job's newest at a time; absent: of its newest. */
export interface ChosenPoint {
  readonly restorePointId?: string;
  readonly copyJobId?: string;
  /** ISO 8601 */
  readonly at?: string;
}

export interface PlanRetrieval extends ChosenPoint {
  readonly objects?: readonly ObjectSelection[];
  readonly availabilitySeconds?: number;
}

export interface CreateRetrieval extends PlanRetrieval {
  /** Default standard. */
  readonly speed?: ThawSpeed;
  readonly noticeHours?: number;
}

export interface RetrievalWithSession {
  readonly retrieval: Retrieval;
  readonly session: Session;
}

const dayInSeconds = 86_400;

/** What is needed, and what it costs: thaws nothing. E_RETRIEVAL_NOT_NEEDED */
export async function planRetrieval(
  context: AppContext,
  input: PlanRetrieval,
): Promise<RetrievalWithSession> {
  const asked = await askedRetrieval(context, input);
  const { database } = context;
  const created = await database.transaction((records) =>
    insertRetrieval(records, asked, { state: 'planning', speed: null, noticeHours: null }),
  );
  announceSession(context, created.session);
  return created;
}

/**
 * Without a plan, at whatever price. E_RETRIEVAL_NOT_NEEDED when the point lies in a class that can
 * be read; E_RETRIEVAL_SPEED
 */
export async function createRetrieval(
  context: AppContext,
  input: CreateRetrieval,
): Promise<RetrievalWithSession> {
  const { database } = context;
  const { speed = 'standard', noticeHours = null } = input;
  const asked = await askedRetrieval(context, input);
  await assertSpeedOf(context, asked.repository, speed);
  const created = await database.transaction(async (records) => {
    const inserted = await insertRetrieval(records, asked, {
      state: 'retrieving',
      speed,
      noticeHours,
    });
    await putRetrievedPoint(records, inserted);
    return inserted;
  });
  announceSession(context, created.session);
  return created;
}

/** The point that its packs are of. */
export async function putRetrievedPoint(
  { restorePoints }: Records,
  { retrieval, session }: RetrievalWithSession,
): Promise<void> {
  await restorePoints.putRetrieved({
    sessionId: session.id,
    retrievalId: retrieval.id,
    retrievedFrom: retrieval.restorePointId,
    objects: retrieval.objects.length,
  });
}

export async function assertSpeedOf(
  { database }: AppContext,
  { objectStorageId }: Repository,
  speed: ThawSpeed,
): Promise<void> {
  const storage = await database.objectStorages.find(objectStorageId);
  assertSpeed(found('object storage', objectStorageId, storage), speed);
}

interface Asked {
  readonly point: RestorePoint;
  readonly repository: Repository;
  readonly session: NewSession;
  readonly retrievalId: string;
  readonly objects: readonly ObjectSelection[];
  readonly availabilitySeconds: number;
}

async function askedRetrieval(context: AppContext, input: PlanRetrieval): Promise<Asked> {
  const { database, secrets } = context;
  const { objects = [], availabilitySeconds = dayInSeconds } = input;
  const point = await choosePoint(context, input);
  if (!mustThaw(point.storageClass)) {
    throw new AppError(
      'E_RETRIEVAL_NOT_NEEDED',
      `restore point ${point.id} lies in class ${point.storageClass}, which can be read at once`,
    );
  }
  const repository = await readyRepository(database, point.repositoryId);
  const retrievalId = secrets.uuid();
  const session = newSession(secrets.uuid(), {
    kind: 'retrieval',
    proxyId: repository.proxyId,
    repositoryId: repository.id,
    organizationId: point.organizationId,
    copyJobId: point.copyJobId,
    restorePointId: point.id,
    retrievalId,
  });
  return { point, repository, session, retrievalId, objects, availabilitySeconds };
}

async function insertRetrieval(
  { sessions, retrievals }: Records,
  { point, repository, session: asked, retrievalId, objects, availabilitySeconds }: Asked,
  start: Pick<Parameters<Records['retrievals']['insert']>[0], 'state' | 'speed' | 'noticeHours'>,
): Promise<RetrievalWithSession> {
  const retrievalStep = start.state === 'planning' ? 'plan' : 'thaw';
  const session = await sessions.insert({ ...asked, details: { retrievalStep } });
  const retrieval = await retrievals.insert({
    id: retrievalId,
    restorePointId: point.id,
    copyJobId: point.copyJobId,
    repositoryId: repository.id,
    sessionId: session.id,
    objects,
    availabilitySeconds,
    ...start,
  });
  return { session, retrieval };
}

async function choosePoint(context: AppContext, input: ChosenPoint): Promise<RestorePoint> {
  const { restorePointId, copyJobId, at } = input;
  if ((restorePointId === undefined) === (copyJobId === undefined)) {
    throw new AppError('E_REQUEST_INVALID', 'name either a restore point or a copy job');
  }
  if (restorePointId !== undefined) return await findRestorePoint(context, restorePointId);
  const { copyJobs, restorePoints } = context.database;
  const job = found('backup copy job', copyJobId ?? '', await copyJobs.find(copyJobId ?? ''));
  const point = await restorePoints.newestOfCopy(job.id, at);
  if (point !== undefined) return point;
  const until = at === undefined ? '' : ` of ${at} or before`;
  throw new AppError('E_NOT_FOUND', `copy job "${job.name}" has no restore point${until}`);
}

/** E_NOT_FOUND */
export async function findRestorePoint({ database }: AppContext, id: string) {
  return found('restore point', id, await database.restorePoints.get(id));
}

/** E_NOT_FOUND */
export async function findRetrieval({ database }: AppContext, id: string): Promise<Retrieval> {
  return found('retrieval', id, await database.retrievals.get(id));
}

/** Ids of the objects that a retrieved point has; undefined: all, or it is no retrieved one. */
export async function retrievedObjects(
  context: AppContext,
  restorePointId: string,
): Promise<ReadonlySet<string> | undefined> {
  const { retrievalId } = await findRestorePoint(context, restorePointId);
  if (retrievalId === null) return undefined;
  const { objects } = await findRetrieval(context, retrievalId);
  return objects.length === 0 ? undefined : new Set(objects.map(({ objectId }) => objectId));
}
