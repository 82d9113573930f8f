/** The browse cache's thread: SQLite is synchronous, and a search may take seconds. */
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { isAppError } from '@firn/shared/errors/app-error';
import { invariant } from '@firn/shared/errors/invariant';
import { type CacheCall, type CacheCalls, type CacheReply, cacheCalls } from './cache-calls.ts';
import { CacheDatabase, type CacheFile } from './cache-database.ts';

function serve(port: MessagePort, database: CacheDatabase): void {
  const calls = cacheCalls(database);
  port.on('message', (call: CacheCall | 'close') => {
    if (call !== 'close') return port.postMessage(reply(calls, call));
    database.close();
    port.close();
  });
}

function reply(calls: CacheCalls, { id, method, args }: CacheCall): CacheReply {
  try {
    const run = calls[method] as (...args: readonly unknown[]) => unknown;
    return { id, result: run(...args) };
  } catch (error) {
    const code = isAppError(error) ? error.code : 'E_BROWSE_CACHE_FAILED';
    return { id, code, message: error instanceof Error ? error.message : String(error) };
  }
}

invariant(parentPort !== null, 'the browse cache runs on a thread of its own');
serve(parentPort, new CacheDatabase(workerData as CacheFile));
