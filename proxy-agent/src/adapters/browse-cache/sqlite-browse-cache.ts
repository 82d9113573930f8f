import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { AppError } from '@firn/shared/errors/app-error';
import type { BrowseCache } from '../../ports/browse-cache.ts';
import type { CacheCall, CacheReply } from './cache-calls.ts';
import type { CacheFile } from './cache-database.ts';

interface Waiting {
  resolve(result: unknown): void;
  reject(error: AppError): void;
}

/** The cache in a file, on a thread of its own. The file is opened by the first call. */
export function openSqliteBrowseCache(file: CacheFile): BrowseCache {
  const thread = new CacheThread(file);
  return {
    ready: (options) => thread.call('ready', options),
    begin: (state) => thread.call('begin', state),
    add: (buildId, rows) => thread.call('add', buildId, rows),
    end: (buildId) => thread.call('end', buildId),
    abandon: (buildId) => thread.call('abandon', buildId),
    folder: (query) => thread.call('folder', query),
    search: (query) => thread.call('search', query),
    forget: (repositoryId, objectIds) => thread.call('forget', repositoryId, objectIds),
    close: () => thread.close(),
  };
}

class CacheThread {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #failure: AppError | undefined;

  constructor(file: CacheFile) {
    this.#worker = new Worker(new URL('./cache-thread.ts', import.meta.url), { workerData: file });
    this.#worker.on('message', (reply: CacheReply) => this.#settle(reply));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail(undefined));
  }

  call<Result>(method: CacheCall['method'], ...args: unknown[]): Promise<Result> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    const { promise, resolve, reject } = Promise.withResolvers<Result>();
    const id = this.#nextId++;
    this.#waiting.set(id, { resolve: (result) => resolve(result as Result), reject });
    this.#worker.postMessage({ id, method, args } satisfies CacheCall);
    return promise;
  }

  async close(): Promise<void> {
    if (this.#failure !== undefined) return;
    const exited = once(this.#worker, 'exit');
    this.#worker.postMessage('close');
    await exited;
  }

  #settle(reply: CacheReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('code' in reply) waiting?.reject(new AppError(reply.code, reply.message));
    else waiting?.resolve(reply.result);
  }

  #fail(cause: unknown): void {
    this.#failure ??= new AppError('E_BROWSE_CACHE_FAILED', 'the browse cache is closed', {
      cause,
    });
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
  }
}
