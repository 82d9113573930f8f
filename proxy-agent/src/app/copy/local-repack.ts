import type { CopyWork } from '@firn/shared/gen/firn/link/v1/work';
import { executeRepackTask } from '@firn/shared/repository/repack/execute-repack-task';
import type { RepackExecutor } from '../../ports/repack-executor.ts';
import type { SessionContext } from '../session-context.ts';

/** Repacking in this process. */
export function makeLocalRepack(context: SessionContext, work: CopyWork): RepackExecutor {
  const { repositories, signal, compute, entropy, settings } = context;
  const sourceStore = repositories.store(work.source?.storage, signal);
  const targetStore = repositories.store(work.target?.storage, signal);
  return {
    concurrency: settings.packConcurrency,
    execute: ({ plan }, taskSignal) =>
      executeRepackTask({
        sourceStore,
        targetStore,
        plan,
        compute,
        entropy,
        signal: taskSignal,
      }),
    finish: () => Promise.resolve(),
  };
}
