import type { CopyWork } from '@firn/shared/gen/firn/link/v1/work';
import { executeRepackTask } from '@firn/shared/repository/repack/execute-repack-task';
import { storageClassOf } from '@firn/shared/rpc/storage-class';
import type { RepackExecutor } from '../../ports/repack-executor.ts';
import { required } from '../repositories.ts';
import type { SessionContext } from '../session-context.ts';

/** Repacking in this process. */
export function makeLocalRepack(context: SessionContext, work: CopyWork): RepackExecutor {
  const { repositories, signal, compute, entropy, settings } = context;
  const sourceStore = repositories.store(work.source?.storage, signal);
  const targetStore = repositories.store(work.target?.storage, signal);
  const storageClass = storageClassOf(required(work.target?.storage, 'storage'));
  return {
    concurrency: settings.packConcurrency,
    execute: ({ plan }, taskSignal) =>
      executeRepackTask({
        sourceStore,
        targetStore,
        plan,
        compute,
        entropy,
        storageClass,
        signal: taskSignal,
      }),
    finish: () => Promise.resolve(),
  };
}
