import { nodeCompute } from '../../src/compute/node-compute.ts';
import { nodeEntropy } from '../../src/compute/node-entropy.ts';
import type { AppError } from '../../src/errors/app-error.ts';
import type { Compute } from '../../src/repository/ports.ts';
import { executeRepackTask } from '../../src/repository/repack/execute-repack-task.ts';
import { openPointCopy } from '../../src/repository/repack/open-point-copy.ts';
import type {
  Accepted,
  CopiedObject,
  CopyTask,
  Damage,
} from '../../src/repository/repack/point-copy.ts';
import type { StorageClass } from '../../src/storage-class/storage-class.ts';
import { opened, owned, type TestRepository } from './test-repository.ts';

export interface CopyRun {
  readonly from: TestRepository;
  readonly to: TestRepository;
  /** Of the job `job`; the copy is session `copy-<pointId>` of the job `copy`. */
  readonly pointId: string;
  readonly packBytes?: number;
  readonly storageClass?: StorageClass;
  readonly onNotComposed?: (reason: AppError) => Promise<void>;
  /** Smaller objects are not put together by the storage. */
  readonly composeBytesMin?: number;
  /** Default: nodeCompute. */
  readonly compute?: Compute;
  /** As begin answers; default 1. */
  readonly attempt?: number;
}

/** As copyPoint, by a process that dies when so many packs were accepted. */
export async function stoppedCopy(run: CopyRun, packs: number): Promise<void> {
  const { copy, execute } = await openCopy(run);
  let accepted = 0;
  for await (const task of copy.tasks()) {
    await execute(task);
    accepted += 1;
    if (accepted === packs) return;
  }
}

/** One session of a copy job, its tasks done one after the other. */
export async function copyPoint(run: CopyRun) {
  const { session, copy, execute } = await openCopy(run);
  const finished: CopiedObject[] = [];
  const damaged: Damage[] = [];
  const planBytes: number[] = [];
  let composed = 0;
  for await (const task of copy.tasks()) {
    const accepted = await execute(task);
    finished.push(...accepted.finished);
    damaged.push(...accepted.damaged);
    if (task.type === 'compose') composed += 1;
    else planBytes.push(task.plan.length);
  }
  finished.push(...copy.takeFinished());
  await session.commit({ done: true });
  return { finished, damaged, planBytes, composed };
}

async function openCopy(run: CopyRun) {
  const { from, to, pointId, packBytes = 600_000, storageClass = 'archive', attempt = 1 } = run;
  const source = await (await opened(from)).openPoint({ jobId: 'job', pointId });
  const target = await owned(to);
  const sessionId = `copy-${pointId}`;
  const session = await target.beginSession({ jobId: 'copy', sessionId, attempt });
  const { composeBytesMin, onNotComposed, compute = nodeCompute } = run;
  const settings = { packBytes, storageClass, composeBytesMin, onNotComposed };
  const copy = await openPointCopy({ source, target: session, ...settings });
  const execute = async (task: CopyTask): Promise<Accepted> => {
    if (task.type === 'compose') return copy.compose(task.number);
    const manifest = await executeRepackTask({
      ...{ sourceStore: from.store, targetStore: to.store, plan: task.plan },
      ...{ compute, entropy: nodeEntropy },
    });
    return copy.accept(task.number, manifest);
  };
  return { session, copy, execute };
}
