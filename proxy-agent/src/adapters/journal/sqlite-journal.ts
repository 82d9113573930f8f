import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@firn/shared/errors/app-error';
import type { Journal } from '../../ports/journal.ts';
import type { JournalMethod, JournalReply } from './journal-calls.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: AppError): void;
}

/** @param path the journal's file; E_JOURNAL_FAILED when it cannot be opened */
export async function openSqliteJournal(path: string): Promise<Journal> {
  const thread = new JournalThread(path);
  const journal: Journal = {
    accept: (assignment) => thread.call('accept', assignment),
    assignments: () => thread.call('assignments'),
    write: (session, change) => thread.call('write', session, change),
    note: (sessionId, key) => thread.call('note', sessionId, key),
    notes: (sessionId, prefix) => thread.call('notes', sessionId, prefix),
    events: (afterPosition, limit) => thread.call('events', afterPosition, limit),
    acknowledge: (session, upTo) => thread.call('acknowledge', session, upTo),
    forget: (session) => thread.call('forget', session),
    close: () => thread.close(),
  };
  // The first answer says that the file could be opened.
  await journal.assignments();
  return journal;
}

class JournalThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #failure: AppError | undefined;

  constructor(path: string) {
    this.#worker = new Worker(new URL('./journal-thread.ts', import.meta.url), {
      workerData: path,
    });
    this.#worker.on('message', (reply: JournalReply) => this.#settle(reply));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail(undefined));
  }

  call<Result>(method: JournalMethod, ...args: unknown[]): Promise<Result> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const id = this.#nextId++;
    this.#waiting.set(id, { resolve: (result) => resolve(result as Result), reject });
    this.#worker.postMessage({ id, method, args });
    return promise;
  }

  async close(): Promise<void> {
    if (this.#failure !== undefined) return;
    const exited = once(this.#worker, 'exit');
    this.#worker.postMessage('close');
    await exited;
  }

  #settle(reply: JournalReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('code' in reply) waiting?.reject(new AppError(reply.code, reply.message));
    else waiting?.resolve(reply.result);
  }

  #fail(cause: unknown): void {
    this.#failure ??= new AppError('E_JOURNAL_FAILED', 'the journal is closed', { cause });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
  }
}
