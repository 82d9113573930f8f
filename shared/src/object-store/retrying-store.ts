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

export interface RetryingStoreOptions {
  readonly policy: RetryPolicy;
  readonly ports: RetryPorts;
}

/**
 * Repeats what is safe to repeat while the storage is unavailable: reads,
 * deletes, copies, and puts without a condition (also unclear ones: their names
 * are fresh and their bytes the same). A put-if-absent goes through once, for a
 * second try could meet the first; so does a stream, which cannot be read again.
 */
export class RetryingStore implements BlobStore {
  readonly #store: BlobStore;
  readonly #options: RetryingStoreOptions;

  constructor(store: BlobStore, options: RetryingStoreOptions) {
    this.#store = store;
    this.#options = options;
  }

  async put(name: string, body: Uint8Array, options: PutOptions = {}): Promise<void> {
    if (options.ifAbsent) return await this.#store.put(name, body, options);
    await this.#retry(options.signal, () => this.#store.put(name, body, options));
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

  async #retry<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await retry(work, { ...this.#options, signal, isRetryable });
    } catch (error) {
      // The wait between two tries ends with the signal's own reason.
      if (!isAppError(error)) throwIfCancelled('call to the storage', signal);
      throw error;
    }
  }
}

function isRetryable(error: unknown): boolean {
  return isAppError(error, 'E_STORAGE_UNAVAILABLE') || isAppError(error, 'E_STORAGE_UNCLEAR');
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
