import { AppError } from '@firn/shared/errors/app-error';
import type { ThawSpeed } from '@firn/shared/storage-class/storage-class';
import type { Retrieval } from '../../domain/restore-point.ts';
import type { AppContext } from '../context.ts';
import { found } from '../resources/found.ts';
import { readyRepository } from '../resources/ready-repository.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import {
  assertSpeedOf,
  findRetrieval,
  putRetrievedPoint,
  type RetrievalWithSession,
} from './create-retrieval.ts';
import { priceLimitOf } from './price-retrieval.ts';

export interface StartRetrieval {
  readonly speed: ThawSpeed;
  readonly noticeHours?: number;
}

/** Starts what was planned: refused by the proxy when it costs more by now. E_CONFLICT, E_RETRIEVAL_SPEED */
export async function startRetrieval(
  context: AppContext,
  id: string,
  { speed, noticeHours }: StartRetrieval,
): Promise<RetrievalWithSession> {
  const { database, secrets } = context;
  const planned = await findRetrieval(context, id);
  const repository = await readyRepository(database, planned.repositoryId);
  await assertSpeedOf(context, repository, speed);
  const priceLimit = await agreedPrice(context, planned, speed);
  const started = await database.transaction(async (records) => {
    const starting = await records.retrievals.transition(id, 'start');
    if (starting === undefined) return undefined;
    const session = await records.sessions.insert(
      newSession(secrets.uuid(), {
        kind: 'retrieval',
        proxyId: repository.proxyId,
        repositoryId: repository.id,
        copyJobId: planned.copyJobId,
        restorePointId: planned.restorePointId,
        retrievalId: id,
        details: { retrievalStep: 'thaw' },
      }),
    );
    const start = { sessionId: session.id, speed, priceLimit, noticeHours: noticeHours ?? null };
    await records.retrievals.setStart(id, start);
    const retrieval = found('retrieval', id, await records.retrievals.get(id));
    await putRetrievedPoint(records, { retrieval, session });
    return { retrieval, session };
  });
  if (started === undefined) {
    throw new AppError('E_CONFLICT', `retrieval ${id} is ${planned.state}, not planned`);
  }
  announceSession(context, started.session);
  return started;
}

async function agreedPrice(
  { database, prices }: AppContext,
  { plan, repositoryId, availabilitySeconds }: Retrieval,
  speed: ThawSpeed,
) {
  if (plan === null) return null;
  const repository = await database.repositories.find(repositoryId);
  const storage = await database.objectStorages.find(repository?.objectStorageId ?? '');
  if (storage === undefined) return null;
  return priceLimitOf(prices, { plan, speed, storage, availabilitySeconds });
}
