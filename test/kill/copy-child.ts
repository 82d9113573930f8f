/** A process that copies a point and tells each step, until it is killed. */
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { executeRepackTask } from '@firn/shared/repository/repack/execute-repack-task';
import { openPointCopy } from '@firn/shared/repository/repack/open-point-copy';
import type { CopyTask } from '@firn/shared/repository/repack/point-copy';
import { copyJobId, Machine, openStore, type Place, sourceJobId } from '../bench/archive/world.ts';

export interface CopyToKill {
  readonly source: Place;
  readonly target: Place;
  readonly pointId: string;
  readonly packBytes: number;
  readonly composeBytesMin: number;
}

/** The parent reads it, and kills. */
function tell(step: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(`${step}\n`, () => resolve()));
}

async function run({ source, target, pointId, ...sizes }: CopyToKill): Promise<void> {
  const machine = new Machine();
  const from = await machine.open(source);
  const to = await machine.own(target);
  const point = await from.openPoint({ jobId: sourceJobId, pointId });
  const sessionId = `copy-${pointId}`;
  const session = await to.beginSession({ jobId: copyJobId, sessionId, attempt: 1 });
  await tell('session begun');
  const ends = { source: point, target: session, storageClass: 'cool' } as const;
  const copy = await openPointCopy({ ...ends, ...sizes });
  const stores = {
    sourceStore: await openStore(source),
    targetStore: await openStore(target),
  };
  const ports = { compute: machine.compute, entropy: nodeEntropy };
  const accepted = async (task: CopyTask) => {
    if (task.type === 'compose') return copy.compose(task.number);
    await tell(`pack ${task.number} planned`);
    const writing = executeRepackTask({ ...stores, ...ports, plan: task.plan });
    await tell(`pack ${task.number} being written`);
    const manifest = await writing;
    await tell(`pack ${task.number} written`);
    return copy.accept(task.number, manifest);
  };
  for await (const task of copy.tasks()) {
    await accepted(task);
    await tell(`pack ${task.number} accepted, ${task.type}`);
    if (task.number % 3 === 0) {
      await session.commit({ done: false });
      await tell(`committed after pack ${task.number}`);
    }
  }
  copy.takeFinished();
  await tell('all packs done');
  await session.commit({ done: true });
  await tell('done');
  await machine.close();
}

await run(JSON.parse(process.argv[2] ?? '{}'));
