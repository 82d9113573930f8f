/** A worker of the pool: one call after the other, on primitives that are synchronous inside. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { isAppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import {
  contentIdsOf,
  openFramesInto,
  sealFramesInto,
} from '../../repository/segment/frame-batch.ts';
import { nodeCompute } from '../node-compute.ts';
import type { PoolCall, PoolReply, PoolResult } from './pool-calls.ts';

function serve(port: MessagePort): void {
  let turn: Promise<void> = Promise.resolve();
  port.on('message', (call: PoolCall) => {
    turn = turn.then(async () => {
      port.postMessage(await answer(call));
      if (call.work.kind !== 'contentIds') collectBuffers();
    });
  });
}

/** A collection costs about as much as a batch. */
const batchesPerCollection = 8;
let batches = 0;

/** Of node --expose-gc: in every thread. */
declare const gc: ((options: { readonly type: 'major' }) => void) | undefined;

/**
 * What a batch leaves is mostly discarded at once; the rest lies in a heap that
 * hardly grows, which by itself would be collected 64 MiB later.
 */
function collectBuffers(): void {
  batches += 1;
  if (batches % batchesPerCollection === 0 && typeof gc === 'function') gc({ type: 'major' });
}

async function answer(call: PoolCall): Promise<PoolReply> {
  try {
    return { id: call.id, result: await run(call) };
  } catch (error) {
    const code = isAppError(error) ? error.code : undefined;
    return { id: call.id, code, message: error instanceof Error ? error.message : String(error) };
  }
}

function run({ bytes, work }: PoolCall): Promise<PoolResult> {
  switch (work.kind) {
    case 'contentIds':
      return contentIdsOf(nodeCompute, work.secret, bytes, work.contents);
    case 'sealFrames':
      return sealFramesInto(nodeCompute, bytes, work);
    case 'openFrames':
      return openFramesInto(nodeCompute, bytes, work.frames);
  }
}

invariant(parentPort !== null, 'a worker of the pool runs on a thread of its own');
serve(parentPort);
