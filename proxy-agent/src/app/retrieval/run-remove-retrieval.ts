import type { RemoveRetrievalWork } from '@firn/shared/gen/firn/link/v1/work';
import { warmName } from '@firn/shared/repository/retrieve/warm-name';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import type { SessionContext } from '../session-context.ts';
import { retrievalPin } from './run-retrieval.ts';

/** Ends a retrieval: deletes its warm copies and lets its point go. */
export async function runRemoveRetrieval(
  context: SessionContext,
  work: RemoveRetrievalWork,
): Promise<void> {
  const { repositories, secrets, signal, settings, progress, events } = context;
  const repository = await repositories.owned(work.repository, secrets, signal);
  const store = repositories.store(work.repository?.storage, signal);
  progress.set({ phase: 'removing' });
  const copies = store.list(warmName(work.retrievalId, ''), signal);
  await forEachConcurrent(copies, settings.packConcurrency, async ({ name }) => {
    await store.delete(name, signal);
    progress.add({ packs: 1 });
  });
  await repository.unpin(retrievalPin(work.retrievalId));
  const { retrievalId } = work;
  const none = { packsTotal: 0, packsReady: 0, bytes: 0n, availableUntil: undefined };
  await events.emit({ $case: 'retrieval', value: { retrievalId, state: 'expired', ...none } });
}
