import type { RemoveRetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import type { SessionContext } from '../session-context.ts';
import { retrievalPin } from './open-retrieval.ts';

/** Ends a retrieval: deletes its warm copies, where they can be, and lets its point go. */
export async function runRemoveRetrieval(
  context: SessionContext,
  work: RemoveRetrievalWork,
): Promise<void> {
  const { repositories, secrets, signal, progress, events } = context;
  const repository = await repositories.owned(work.repository, secrets, signal);
  const thawing = repositories.thawing(work.repository?.storage, signal);
  progress.set({ phase: 'removing' });
  progress.add({ packs: await thawing.end(work.retrievalId, signal) });
  await repository.unpin(retrievalPin(work.retrievalId));
  const { retrievalId } = work;
  const none = { packsTotal: 0, packsReady: 0, bytes: 0n, availableUntil: undefined };
  await events.emit({ $case: 'retrieval', value: { retrievalId, state: 'expired', ...none } });
}
