import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type {
  IndexMark,
  SharedChunkIndex,
} from '@firn/shared/repository/shared-chunks/shared-chunk-index';
import type { SharedChunk } from '@firn/shared/repository/shared-chunks/shared-chunks';
import { PresenceFilter } from './presence-filter.ts';
import type {
  SharedChunkMethod,
  SharedChunkReply,
  SharedChunkThreadData,
} from './shared-chunk-calls.ts';

export interface SqliteSharedChunkIndexOptions {
  /** Of a file; made when it is not there, and thrown away when it cannot be read. */
  readonly path: string;
  /** Bounds the file, at about 260 bytes each. */
  readonly chunksMax?: number;
  /** Nothing is found or kept any more; the backup goes on. */
  readonly onFailure: (cause: unknown) => void;
}

const chunksMaxDefault = 50_000_000;

type Found = ReadonlyMap<string, SharedChunk>;

/**
 * An index of shared contents in an SQLite file: 32 MiB of pages, a filter of
 * 32 MiB and a small heap in memory, whatever its size. After a failure it knows nothing.
 */
export class SqliteSharedChunkIndex implements SharedChunkIndex {
  readonly #filter = new PresenceFilter();
  readonly #worker: Worker;
  readonly #waiting = new Map<number, (result: unknown) => void>();
  readonly #onFailure: (cause: unknown) => void;
  #nextId = 1;
  #hasFailed = false;
  #isClosed = false;

  constructor(options: SqliteSharedChunkIndexOptions) {
    const { path, chunksMax = chunksMaxDefault, onFailure } = options;
    const workerData: SharedChunkThreadData = { path, chunksMax, filter: this.#filter.shared };
    this.#onFailure = onFailure;
    this.#worker = new Worker(new URL('./shared-chunk-thread.ts', import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 8 },
    });
    this.#worker.on('message', (reply: SharedChunkReply) => this.#settle(reply));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('exit', () => this.#fail(undefined));
  }

  /** The thread is asked at most once. */
  async find(contentIds: readonly string[]): Promise<ReadonlyMap<string, SharedChunk>> {
    const asked = contentIds.filter((id) => this.#filter.mayHave(Buffer.from(id, 'hex')));
    const found = asked.length === 0 ? undefined : await this.#call<Found>('find', asked);
    return found ?? new Map();
  }

  async add(chunks: readonly SharedChunk[]): Promise<void> {
    for (const { contentId } of chunks) this.#filter.add(Buffer.from(contentId, 'hex'));
    await this.#call('add', chunks);
  }

  async forgetPacks(packs: Iterable<string>): Promise<void> {
    await this.#call('forgetPacks', [...packs]);
  }

  /** Answered once the thread has read the file: from then on the filter is complete. */
  async mark(): Promise<IndexMark | undefined> {
    return this.#call('mark');
  }

  async setMark(mark: IndexMark): Promise<void> {
    await this.#call('setMark', mark);
  }

  async clear(): Promise<void> {
    this.#filter.clear();
    await this.#call('clear');
  }

  async close(): Promise<void> {
    if (this.#isClosed || this.#hasFailed) return;
    this.#isClosed = true;
    const exited = once(this.#worker, 'exit');
    this.#worker.postMessage('close');
    await exited;
  }

  #call<Result>(
    method: SharedChunkMethod,
    ...args: readonly unknown[]
  ): Promise<Result | undefined> {
    if (this.#hasFailed || this.#isClosed) return Promise.resolve(undefined);
    const { promise, resolve } = Promise.withResolvers<Result | undefined>();
    const id = this.#nextId++;
    this.#waiting.set(id, (result) => resolve(result as Result | undefined));
    this.#worker.postMessage({ id, method, args });
    return promise;
  }

  #settle(reply: SharedChunkReply): void {
    const resolve = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('failed' in reply) {
      resolve?.(undefined);
      this.#fail(reply.failed);
    } else resolve?.(reply.result);
  }

  #fail(cause: unknown): void {
    for (const resolve of this.#waiting.values()) resolve(undefined);
    this.#waiting.clear();
    if (this.#isClosed || this.#hasFailed) return;
    this.#hasFailed = true;
    this.#onFailure(cause);
  }
}
