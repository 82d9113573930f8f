import { AppError } from '@firn/shared/errors/app-error';
import type { Retrieval } from '../../domain/restore-point.ts';
import type { Session } from '../../domain/session.ts';
import type { AppContext } from '../context.ts';
import { announceSession } from '../sessions/change-session.ts';
import { newSession } from '../sessions/new-session.ts';
import { findRetrieval } from './create-retrieval.ts';

/** Before its time, by a user. E_IN_USE while a session restores from it. */
export async function removeRetrieval(context: AppContext, id: string): Promise<Session> {
  const retrieval = await findRetrieval(context, id);
  const users = await context.database.retrievals.openRestores(id);
  if (users.length > 0) {
    throw new AppError(
      'E_IN_USE',
      `retrieval ${id} is in use by restore session ${users.join(', ')}`,
    );
  }
  const session = await startRemoval(context, retrieval);
  if (session !== undefined) return session;
  throw new AppError(
    'E_CONFLICT',
    retrieval.state === 'retrieving'
      ? `retrieval ${id} is still retrieving: cancel it`
      : `retrieval ${id} is ${retrieval.state}`,
  );
}

/** Starts to remove the copies of those whose time is over. */
export async function removeDueRetrievals(context: AppContext): Promise<void> {
  for (const retrieval of await context.database.retrievals.due()) {
    await startRemoval(context, retrieval);
  }
}

/** undefined when its state does not allow it. E_SESSION_OPEN when it is under way. */
async function startRemoval(
  context: AppContext,
  retrieval: Retrieval,
): Promise<Session | undefined> {
  const { database, secrets } = context;
  const session = await database.transaction(async (records) => {
    const removing = await records.retrievals.transition(retrieval.id, 'remove');
    if (removing === undefined) return undefined;
    const repository = await records.repositories.find(retrieval.repositoryId);
    if (repository === undefined) return undefined;
    return records.sessions.insert(
      newSession(secrets.uuid(), {
        kind: 'remove-retrieval',
        proxyId: repository.proxyId,
        repositoryId: repository.id,
        copyJobId: retrieval.copyJobId,
        restorePointId: retrieval.restorePointId,
        retrievalId: retrieval.id,
      }),
    );
  });
  if (session !== undefined) announceSession(context, session);
  return session;
}
