import { AppError } from '@firn/shared/errors/app-error';
import type { Retrieval } from '../../domain/restore-point.ts';
import type { AppContext } from '../context.ts';
import { toSummary } from '../sessions/problem-summary.ts';
import { requestStop } from '../sessions/stop-session.ts';
import { findRetrieval } from './create-retrieval.ts';

/**
 * Ends what is planned, or still retrieving: what has begun to thaw is paid, and its copies are
 * removed. E_CONFLICT when it is retrieved: then it is removed.
 */
export async function cancelRetrieval(context: AppContext, id: string): Promise<Retrieval> {
  const { retrievals } = context.database;
  const { state, sessionId } = await findRetrieval(context, id);
  if (state !== 'planning' && state !== 'planned' && state !== 'retrieving') {
    throw new AppError('E_CONFLICT', `retrieval ${id} is ${state}: there is nothing to cancel`);
  }
  await retrievals.setCancelled(id);
  if (state !== 'retrieving') await retrievals.transition(id, 'cancel');
  if (state !== 'planned') {
    const problem = toSummary(new AppError('E_SESSION_STOPPED', 'the retrieval was cancelled'));
    await requestStop(context, sessionId, problem);
  }
  return await findRetrieval(context, id);
}
