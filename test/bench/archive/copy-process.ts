/** A process of its own: copies one point, and prints what it took. */
import { readFileSync } from 'node:fs';
import { nodeEntropy } from '@firn/shared/compute/node-entropy';
import { executeRepackTask } from '@firn/shared/repository/repack/execute-repack-task';
import { openPointCopy } from '@firn/shared/repository/repack/open-point-copy';
import type { CopyTask, PointCopy } from '@firn/shared/repository/repack/point-copy';
import type { StorageClass } from '@firn/shared/storage-class/storage-class';
import { copyJobId, DataMeter, Machine, type Place, sourceJobId } from './world.ts';

export interface CopyAsked {
  readonly source: Place;
  readonly target: Place;
  readonly pointId: string;
  readonly packBytes: number;
  readonly storageClass: StorageClass;
  readonly composeBytesMin: number;
  readonly packsAtOnce: number;
}

export interface CopyTaken {
  readonly seconds: number;
  readonly rssBytes: number;
  readonly composedPacks: number;
  readonly packs: number;
  /** Of packs that the storage put together. */
  readonly composedBytes: number;
  /** Of data packs: read or sent by this process, but for what it repacked. Of one pack at a time. */
  readonly movedForComposed: number;
}

async function copy(asked: CopyAsked): Promise<CopyTaken> {
  const machine = new Machine();
  const { pointId, packBytes, storageClass, composeBytesMin } = asked;
  const meter = new DataMeter();
  const from = await machine.open(asked.source, meter);
  const source = await from.openPoint({ jobId: sourceJobId, pointId });
  const to = await machine.own(asked.target, meter);
  const sessionId = `copy-${pointId}`;
  const target = await to.beginSession({ jobId: copyJobId, sessionId, attempt: 1 });
  const settings = { packBytes, storageClass, composeBytesMin };
  const begun = performance.now();
  const point = await openPointCopy({ source, target, ...settings });
  const stores = {
    sourceStore: from.context.ports.store,
    targetStore: to.context.ports.store,
  };
  const ports = { compute: machine.compute, entropy: nodeEntropy };
  const execute = (plan: Uint8Array) => executeRepackTask({ ...stores, ...ports, plan });
  const counts = await runTasks(point, { execute, meter, packsAtOnce: asked.packsAtOnce });
  await target.commit({ done: true });
  const seconds = (performance.now() - begun) / 1000;
  await machine.close();
  const status = readFileSync('/proc/self/status', 'utf8');
  const rssBytes = Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  return { seconds, rssBytes, ...counts };
}

interface Running {
  readonly execute: (plan: Uint8Array) => Promise<Uint8Array>;
  readonly meter: DataMeter;
  readonly packsAtOnce: number;
}

async function runTasks(copying: PointCopy, { execute, meter, packsAtOnce }: Running) {
  const tasks = copying.tasks()[Symbol.asyncIterator]();
  const counts = { composedPacks: 0, packs: 0, composedBytes: 0 };
  let repackedMoves = 0;
  const run = async (task: CopyTask) => {
    counts.packs += 1;
    const before = meter.bytes;
    if (task.type === 'compose') {
      counts.composedPacks += 1;
      counts.composedBytes += task.bytes;
      await copying.compose(task.number);
    } else {
      await copying.accept(task.number, await execute(task.plan));
      repackedMoves += meter.bytes - before;
    }
    copying.takeFinished();
  };
  const work = async () => {
    for (let next = await tasks.next(); !next.done; next = await tasks.next())
      await run(next.value);
  };
  await Promise.all(Array.from({ length: packsAtOnce }, work));
  return { ...counts, movedForComposed: meter.bytes - repackedMoves };
}

process.stdout.write(JSON.stringify(await copy(JSON.parse(process.argv[2] ?? '{}'))));
