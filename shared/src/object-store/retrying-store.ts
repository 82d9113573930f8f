import { isAppError } from '../errors/app-error.ts';
import type {
  Blob,
  BlobInfo,
  BlobStore,
  ByteRange,
  CopyOptions,
  PutOptions,
} from '../repository/ports.ts';
import { type RetryPolicy, type RetryPorts, retry } from '../time/retry.ts';
import { throwIfCancelled } from './blob-errors.ts';
import { isPassing, putUntilSettled } from './settled-put.ts';

export interface RetryingStoreOptions {
  readonly policy: RetryPolicy;
  readonly ports: RetryPorts;
}

/**
 * Repeats what is safe to repeat while the storage is unavailable: reads,
 * deletes, copies, and puts. A put-if-absent that meets a blob after an unclear
 * reply compares the bytes: it may have met itself. A stream goes through once,
 * for it cannot be read again; the store itself repeats what it can of it.
 */
export class RetryingStore implements BlobStore {
  readonly #store: BlobStore;
  readonly #options: RetryingStoreOptions;

  constructor(store: BlobStore, options: RetryingStoreOptions) {
    this.#store = store;
    this.#options = options;
  }

  async put(name: string, body: Uint8Array, options: PutOptions = {}): Promise<void> {
    const put = () => this.#store.put(name, body, options);
    if (!options.ifAbsent) return await this.#retry(options.signal, put);
    const { signal } = options;
    const isOurs = async () => Buffer.compare((await this.get(name)).bytes, body) === 0;
    await this.#cancellable(signal, putUntilSettled({ ...this.#options, put, isOurs, signal }));
  }

  async putStream(
    name: string,
    body: AsyncIterable<Uint8Array>,
    options?: PutOptions,
  ): Promise<void> {
    await this.#store.putStream(name, body, options);
  }

  async get(name: string, range?: ByteRange, signal?: AbortSignal): Promise<Blob> {
    return await this.#retry(signal, () => this.#store.get(name, range, signal));
  }

  async head(name: string, signal?: AbortSignal): Promise<BlobInfo | undefined> {
    return await this.#retry(signal, () => this.#store.head(name, signal));
  }

  /** After a failure lists again from the start, and goes on behind the last name. */
  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<BlobInfo> {
    let last: string | undefined;
    let listing = this.#store.list(prefix, signal)[Symbol.asyncIterator]();
    const next = async () => {
      try {
        return await nextBehind(listing, last);
      } catch (error) {
        listing = this.#store.list(prefix, signal)[Symbol.asyncIterator]();
        throw error;
      }
    };
    for (;;) {
      const result = await this.#retry(signal, next);
      if (result.done) return;
      last = result.value.name;
      yield result.value;
    }
  }

  async delete(name: string, signal?: AbortSignal): Promise<void> {
    await this.#retry(signal, () => this.#store.delete(name, signal));
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<void> {
    await this.#retry(options.signal, () => this.#store.copy(from, to, options));
  }

  #retry<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const options = { ...this.#options, signal, isRetryable: isPassing };
    return this.#cancellable(signal, retry(work, options));
  }

  /** The wait between two tries ends with the signal's own reason. */
  async #cancellable<T>(signal: AbortSignal | undefined, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!isAppError(error)) throwIfCancelled('call to the storage', signal);
      throw error;
    }
  }
}

async function nextBehind(
  listing: AsyncIterator<BlobInfo>,
  last: string | undefined,
): Promise<IteratorResult<BlobInfo>> {
  for (;;) {
    const result = await listing.next();
    if (result.done || last === undefined || result.value.name > last) return result;
  }
}
