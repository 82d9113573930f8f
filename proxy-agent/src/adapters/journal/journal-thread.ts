/**
 * The journal's thread: keeps fsync off the main thread. Calls that wait
 * together are written in one transaction, so a burst costs one fsync.
 */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from 'node:worker_threads';
import { isAppError } from '@firn/shared/errors/app-error';
import { invariant } from '@firn/shared/errors/invariant';
import type { JournalCall, JournalReply } from './journal-calls.ts';
import { JournalDatabase } from './journal-database.ts';

type Method = (...args: readonly unknown[]) => unknown;

const callsMax = 256;

function serve(port: MessagePort, database: JournalDatabase): void {
  port.on('message', (first: JournalCall | 'close') => {
    const calls: JournalCall[] = [];
    let next: JournalCall | 'close' | undefined = first;
    while (next !== undefined && next !== 'close') {
      calls.push(next);
      next = calls.length < callsMax ? receiveMessageOnPort(port)?.message : undefined;
    }
    if (calls.length > 0) for (const reply of runAll(database, calls)) port.postMessage(reply);
    if (next !== 'close') return;
    database.close();
    port.close();
  });
}

/** Replies leave only after the commit. */
function runAll(database: JournalDatabase, calls: readonly JournalCall[]): JournalReply[] {
  try {
    return database.transaction(() => calls.map((call) => runOne(database, call)));
  } catch (error) {
    const message = `the journal could not be written: ${String(error)}`;
    return calls.map(({ id }) => ({ id, code: 'E_JOURNAL_FAILED', message }));
  }
}

/** A refused call has written nothing; any other failure ends the transaction. */
function runOne(database: JournalDatabase, { id, method, args }: JournalCall): JournalReply {
  try {
    const run = database[method].bind(database) as Method;
    return { id, result: run(...args) };
  } catch (error) {
    if (isAppError(error)) return { id, code: error.code, message: error.message };
    throw error;
  }
}

invariant(parentPort !== null, 'the journal runs on a thread of its own');
serve(parentPort, new JournalDatabase(String(workerData)));
