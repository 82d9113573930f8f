/** A worker of the pool: one call after the other, synchronous. */
import { type MessagePort, parentPort } from 'node:worker_threads';
import { isAppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import { FrameBatches } from '../../repository/segment/frame-batch.ts';
import { nodeCompute } from '../node-compute.ts';
import type { PoolCall, PoolReply, PoolResult } from './pool-calls.ts';

const batches = new FrameBatches(nodeCompute);

function serve(port: MessagePort): void {
  port.on('message', (call: PoolCall) => port.postMessage(answer(call)));
}

function answer(call: PoolCall): PoolReply {
  try {
    return { id: call.id, result: run(call) };
  } catch (error) {
    const code = isAppError(error) ? error.code : undefined;
    return { id: call.id, code, message: error instanceof Error ? error.message : String(error) };
  }
}

function run({ bytes, work }: PoolCall): PoolResult {
  switch (work.kind) {
    case 'contentIds':
      return batches.contentIds(work.secret, bytes, work.contents);
    case 'sealFrames':
      return batches.seal(bytes, work);
    case 'openContents':
      return batches.open(bytes, work);
  }
}

invariant(parentPort !== null, 'a worker of the pool runs on a thread of its own');
serve(parentPort);
