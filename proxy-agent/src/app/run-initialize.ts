import type { InitializeRepositoryWork } from '@firn/shared/gen/firn/link/v1/work';
import { initializeRepository } from '@firn/shared/repository/header/header-store';
import { assertConditionalPuts } from '@firn/shared/repository/probe-storage';
import type { SessionContext } from './session-context.ts';

/** Writes the header of a new repository, where the storage can hold one. Safe to repeat. */
export async function runInitialize(
  context: SessionContext,
  work: InitializeRepositoryWork,
): Promise<void> {
  const { repositories, signal, progress, entropy } = context;
  progress.set({ phase: 'initializing' });
  const store = repositories.store(work.repository?.storage, signal);
  await assertConditionalPuts(store, entropy, signal);
  await initializeRepository(store, work.header);
}
