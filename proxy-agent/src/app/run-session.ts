import { AppError } from '@firn/shared/errors/app-error';
import { assertNever } from '@firn/shared/errors/invariant';
import type { Counts, Work } from '@firn/shared/gen/firn/link/v1/work';
import { runBackup } from './backup/run-backup.ts';
import { runCopy } from './copy/run-copy.ts';
import { runRestore } from './restore/run-restore.ts';
import { runRemoveRetrieval } from './retrieval/run-remove-retrieval.ts';
import { runRetrieval } from './retrieval/run-retrieval.ts';
import { runChangeKeys } from './run-change-keys.ts';
import { runCheck } from './run-check.ts';
import { runErase } from './run-erase.ts';
import { runInitialize } from './run-initialize.ts';
import { runRepair } from './run-repair.ts';
import { runRetention } from './run-retention.ts';
import { runStorageTest } from './run-storage-test.ts';
import type { SessionContext } from './session-context.ts';

/**
 * Does the work of one session, whatever its kind.
 * @returns what the session itself counted beside its objects
 */
export async function runSession(
  context: SessionContext,
  { work }: Work,
): Promise<Partial<Counts>> {
  switch (work?.$case) {
    case 'restore':
      return runRestore(context, work.value);
    case 'initializeRepository':
      await runInitialize(context, work.value);
      return {};
    case 'backup':
      await runBackup(context, work.value);
      return {};
    case 'copy':
      await runCopy(context, work.value);
      return {};
    case 'retrieval':
      await runRetrieval(context, work.value);
      return {};
    case 'removeRetrieval':
      await runRemoveRetrieval(context, work.value);
      return {};
    case 'check':
      await runCheck(context, work.value);
      return {};
    case 'repair':
      await runRepair(context, work.value);
      return {};
    case 'changeKeys':
      await runChangeKeys(context, work.value);
      return {};
    case 'retention':
      await runRetention(context, work.value);
      return {};
    case 'erase':
      await runErase(context, work.value);
      return {};
    case 'storageTest':
      await runStorageTest(context, work.value);
      return {};
    case 'repack':
    case undefined:
      throw new AppError('E_WORK_UNKNOWN', 'a proxy agent does not know this kind of work');
    default:
      return assertNever(work);
  }
}
