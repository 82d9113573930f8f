/** A worker of the pool that dies of memory which begins with poison. For tests. */
import { parentPort } from 'node:worker_threads';
import type { PoolCall } from './pool-calls.ts';

parentPort?.on('message', ({ bytes }: PoolCall) => {
  if (Buffer.from(bytes.subarray(0, 6)).toString() === 'poison') process.exit(3);
});
// Its listener comes second.
await import('./pool-thread.ts');
