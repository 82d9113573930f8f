/** The thread of an index of shared contents: keeps SQLite off the main thread. */
import { rmSync } from 'node:fs';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { invariant } from '@firn/shared/errors/invariant';
import { PresenceFilter } from './presence-filter.ts';
import type {
  SharedChunkCall,
  SharedChunkReply,
  SharedChunkThreadData,
} from './shared-chunk-calls.ts';
import { SharedChunkDatabase } from './shared-chunk-database.ts';

type Method = (...args: readonly unknown[]) => unknown;

/** A file that cannot be opened is thrown away: it holds nothing that is needed. */
function open({ path, chunksMax }: SharedChunkThreadData): SharedChunkDatabase {
  try {
    return new SharedChunkDatabase(path, chunksMax);
  } catch {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    return new SharedChunkDatabase(path, chunksMax);
  }
}

function serve(port: MessagePort, database: SharedChunkDatabase): void {
  port.on('message', (call: SharedChunkCall | 'close') => {
    if (call === 'close') {
      database.close();
      port.close();
      return;
    }
    port.postMessage(run(database, call));
  });
}

function run(
  database: SharedChunkDatabase,
  { id, method, args }: SharedChunkCall,
): SharedChunkReply {
  try {
    const call = database[method].bind(database) as Method;
    return { id, result: call(...args) };
  } catch (error) {
    return { id, failed: String(error) };
  }
}

invariant(parentPort !== null, 'the index of shared contents runs on a thread of its own');
const data = workerData as SharedChunkThreadData;
const database = open(data);
const filter = new PresenceFilter(data.filter);
database.eachId((contentId) => filter.add(contentId));
serve(parentPort, database);
