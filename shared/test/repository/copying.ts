import { nodeCompute } from '../../src/compute/node-compute.ts';
import { nodeEntropy } from '../../src/compute/node-entropy.ts';
import { executeRepackTask } from '../../src/repository/repack/execute-repack-task.ts';
import { openPointCopy } from '../../src/repository/repack/open-point-copy.ts';
import type { CopiedObject, Damage } from '../../src/repository/repack/point-copy.ts';
import type { StorageClass } from '../../src/storage-class/storage-class.ts';
import { opened, owned, type TestRepository } from './test-repository.ts';

export interface CopyRun {
  readonly from: TestRepository;
  readonly to: TestRepository;
  /** Of the job `job`; the copy is session `copy-<pointId>` of the job `copy`. */
  readonly pointId: string;
  readonly packBytes?: number;
  readonly storageClass?: StorageClass;
}

/** One session of a copy job, its tasks done one after the other. */
export async function copyPoint(run: CopyRun) {
  const { from, to, pointId, packBytes = 600_000, storageClass = 'archive' } = run;
  const source = await (await opened(from)).openPoint({ jobId: 'job', pointId });
  const target = await owned(to);
  const sessionId = `copy-${pointId}`;
  const session = await target.beginSession({ jobId: 'copy', sessionId, attempt: 1 });
  const copy = await openPointCopy({ source, target: session, packBytes });
  const finished: CopiedObject[] = [];
  const damaged: Damage[] = [];
  const planBytes: number[] = [];
  for await (const task of copy.tasks()) {
    const manifest = await executeRepackTask({
      ...{ sourceStore: from.store, targetStore: to.store, plan: task.plan, storageClass },
      ...{ compute: nodeCompute, entropy: nodeEntropy },
    });
    const accepted = await copy.accept(task.number, manifest);
    finished.push(...accepted.finished);
    damaged.push(...accepted.damaged);
    planBytes.push(task.plan.length);
  }
  finished.push(...copy.takeFinished());
  await session.commit({ done: true });
  return { finished, damaged, planBytes };
}
