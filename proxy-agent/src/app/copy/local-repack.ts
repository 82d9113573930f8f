import type { CopyWork } from '@firn/shared/gen/firn/link/v1/work';
import type { StorageClass } from '@firn/shared/repository/ports';
import { executeRepackTask } from '@firn/shared/repository/repack/execute-repack-task';
import type { RepackExecutor } from '../../ports/repack-executor.ts';
import { required } from '../repositories.ts';
import type { SessionContext } from '../session-context.ts';

/** Repacking in this process. */
export function makeLocalRepack(context: SessionContext, work: CopyWork): RepackExecutor {
  const { repositories, signal, compute, entropy, settings } = context;
  const sourceStore = repositories.store(work.source?.storage, signal);
  const targetStore = repositories.store(work.target?.storage, signal);
  const storageClass = storageClassOf(required(work.target?.storage, 'storage').storageClass);
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

const storageClasses: readonly string[] = ['hot', 'cool', 'cold', 'archive'];

/** The class of data packs; one that this version does not know is taken as hot. */
export function storageClassOf(name: string): StorageClass {
  return storageClasses.includes(name) ? (name as StorageClass) : 'hot';
}
