import { AppError } from '@firn/shared/errors/app-error';
import type { StorageTested, StorageTestWork } from '@firn/shared/gen/firn/link/v1/work';
import { required } from './repositories.ts';
import type { SessionContext } from './session-context.ts';

/**
 * Tries what repositories do to a storage from where this proxy stands. Tells
 * what it found, and fails with E_STORAGE_UNFIT where repositories cannot lie.
 */
export async function runStorageTest(
  { testStorage, repositories, progress, events, signal, key }: SessionContext,
  work: StorageTestWork,
): Promise<void> {
  const storage = required(work.storage, 'storage');
  progress.set({ phase: 'testing the storage' });
  const tested = await testStorage({
    storage,
    credential: repositories.credentialOf(storage, signal),
    sessionId: key.sessionId,
    measuresSpeed: work.measuresSpeed,
    signal,
    onChecked: (check) => progress.set({ current: check }),
  });
  const event = { $case: 'storageTest', value: tested } as const;
  if (tested.findings.every(({ outcome }) => outcome === 'passed')) await events.emit(event);
  else await events.trouble('storage-test', [event]);
  if (!tested.usable) throw unfit(storage.container, tested);
}

function unfit(container: string, { findings }: StorageTested): AppError {
  const failed = findings.filter(({ outcome }) => outcome === 'failed').map(({ check }) => check);
  const message = `repositories cannot lie in ${container}: it failed ${failed.join(', ')}`;
  return new AppError('E_STORAGE_UNFIT', message);
}
