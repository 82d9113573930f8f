import { AppError } from '@firn/shared/errors/app-error';
import type { Retrieval } from '../../domain/restore-point.ts';
import type { Session } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { findRetrieval } from './create-retrieval.ts';

/** By so long behind its present end: a request, and no new thaw. E_CONFLICT unless it is retrieved */
export async function extendRetrieval(
  context: AppContext,
  id: string,
  seconds: number,
): Promise<Session> {
  const retrieval = await findRetrieval(context, id);
  const session = await startExtension(context, retrieval, seconds);
  if (session !== undefined) return session;
  throw new AppError('E_CONFLICT', `retrieval ${id} is ${retrieval.state}, not retrieved`);
}

/** undefined when its state does not allow it. */
export async function startExtension(
  context: AppContext,
  { id, availableUntil, copyJobId, restorePointId }: Retrieval,
  seconds: number,
): Promise<Session | undefined> {
  const { database, secrets } = context;
  const session = await database.transaction(async (records) => {
    const extending = await records.retrievals.transition(id, 'extend');
    if (extending === undefined || availableUntil === null) return undefined;
    const repository = await records.repositories.find(extending.repositoryId);
    if (repository === undefined) return undefined;
    const until = new Date(Date.parse(availableUntil) + seconds * 1000).toISOString();
    return records.sessions.insert(
      newSession(secrets.uuid(), {
        kind: 'retrieval',
        proxyId: repository.proxyId,
        repositoryId: repository.id,
        copyJobId,
        restorePointId,
        retrievalId: id,
        details: { retrievalStep: 'extend', availableUntil: until },
      }),
    );
  });
  if (session !== undefined) announceSession(context, session);
  return session;
}
