import { AppError } from '@firn/shared/errors/app-error';
import { mustThaw, type ThawSpeed } from '@firn/shared/storage-class/storage-class';
import type { Retrieval } from '../../domain/restore-point.ts';
import { assertSpeed } from '../../domain/retrieval-speed.ts';
import type { ObjectSelection, Session } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { found } from '../resources/found.ts';
import { readyRepository } from '../resources/ready-repository.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';

export interface CreateRetrieval {
  readonly restorePointId: string;
  readonly objects?: readonly ObjectSelection[];
  readonly availabilitySeconds?: number;
  /** Default standard. */
  readonly speed?: ThawSpeed;
}

const dayInSeconds = 86_400;

/** E_RETRIEVAL_NOT_NEEDED when the point lies in a class that can be read; E_RETRIEVAL_SPEED */
export async function createRetrieval(
  context: AppContext,
  input: CreateRetrieval,
): Promise<{ retrieval: Retrieval; session: Session }> {
  const { database, secrets } = context;
  const { restorePointId, objects = [], speed = 'standard' } = input;
  const { availabilitySeconds = dayInSeconds } = input;
  const point = await findRestorePoint(context, restorePointId);
  if (!mustThaw(point.storageClass)) {
    throw new AppError(
      'E_RETRIEVAL_NOT_NEEDED',
      `restore point ${point.id} lies in class ${point.storageClass}, which can be read at once`,
    );
  }
  const repository = await readyRepository(database, point.repositoryId);
  const { proxyId, id: repositoryId, objectStorageId } = repository;
  const storage = await database.objectStorages.find(objectStorageId);
  assertSpeed(found('object storage', objectStorageId, storage), speed);
  const [retrievalId, sessionId] = [secrets.uuid(), secrets.uuid()];
  const created = await database.transaction(async ({ sessions, retrievals }) => {
    const session = await sessions.insert(
      newSession(sessionId, {
        kind: 'retrieval',
        proxyId,
        repositoryId,
        organizationId: point.organizationId,
        copyJobId: point.copyJobId,
        restorePointId,
        retrievalId,
      }),
    );
    const retrieval = await retrievals.insert({
      id: retrievalId,
      restorePointId,
      copyJobId: point.copyJobId,
      repositoryId,
      sessionId,
      objects,
      speed,
      availabilitySeconds,
    });
    return { session, retrieval };
  });
  announceSession(context, created.session);
  return created;
}

/** E_NOT_FOUND */
export async function findRestorePoint({ database }: AppContext, id: string) {
  return found('restore point', id, await database.restorePoints.get(id));
}

/** E_NOT_FOUND */
export async function findRetrieval({ database }: AppContext, id: string): Promise<Retrieval> {
  return found('retrieval', id, await database.retrievals.get(id));
}
