import { isAppError } from '../errors/app-error.ts';
import type {
  Blob,
  BlobComposer,
  BlobInfo,
  BlobLocks,
  BlobPlace,
  BlobStore,
  BlobThawing,
  ByteRange,
  CopyOptions,
  HiddenBlob,
  PutOptions,
  ThawState,
} from '../repository/ports.ts';
import { type RetryOptions, type RetryPolicy, type RetryPorts, retry } from '../time/retry.ts';
import { throwIfCancelled } from './blob-errors.ts';
import { isPassing, putUntilSettled } from './settled-put.ts';

export interface RetryingStoreOptions {
  readonly policy: RetryPolicy;
  readonly ports: RetryPorts;
  readonly onRetry?: RetryOptions['onRetry'];
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

  get place(): BlobPlace | undefined {
    return this.#store.place;
  }

  /** Composing goes through once, as a stream does. */
  composerFrom(place: BlobPlace): BlobComposer | undefined {
    return this.#store.composerFrom?.(place);
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

  list(prefix: string, signal?: AbortSignal): AsyncGenerator<BlobInfo> {
    return this.#listing(() => this.#store.list(prefix, signal), signal);
  }

  get locks(): BlobLocks | undefined {
    const { locks } = this.#store;
    if (locks === undefined) return undefined;
    return {
      now: (signal) => this.#retry(signal, () => locks.now(signal)),
      retain: (name, untilMs, signal) =>
        this.#retry(signal, () => locks.retain(name, untilMs, signal)),
      listHidden: (prefix, signal): AsyncIterable<HiddenBlob> =>
        this.#listing(() => locks.listHidden(prefix, signal), signal),
      unhide: (name, signal) => this.#retry(signal, () => locks.unhide(name, signal)),
    };
  }

  get thawing(): BlobThawing | undefined {
    const { thawing } = this.#store;
    if (thawing === undefined) return undefined;
    return {
      begin: (name, request) => this.#retry(request.signal, () => thawing.begin(name, request)),
      states: (retrievalId, names, signal) => this.#states(thawing, { retrievalId, names, signal }),
      end: (retrievalId, signal) => this.#retry(signal, () => thawing.end(retrievalId, signal)),
    };
  }

  async delete(name: string, signal?: AbortSignal): Promise<void> {
    await this.#retry(signal, () => this.#store.delete(name, signal));
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<void> {
    await this.#retry(options.signal, () => this.#store.copy(from, to, options));
  }

  async abortStrays(prefix: string, beforeMs: number, signal?: AbortSignal): Promise<number> {
    const abort = async () => (await this.#store.abortStrays?.(prefix, beforeMs, signal)) ?? 0;
    return await this.#retry(signal, abort);
  }

  /** After a failure asks again for those that were not told. */
  async *#states(thawing: BlobThawing, asked: AskedStates): AsyncGenerator<ToldState> {
    const { retrievalId, names, signal } = asked;
    const left = new Set(names);
    let telling = thawing.states(retrievalId, new Set(left), signal)[Symbol.asyncIterator]();
    const next = async () => {
      try {
        return await telling.next();
      } catch (error) {
        telling = thawing.states(retrievalId, new Set(left), signal)[Symbol.asyncIterator]();
        throw error;
      }
    };
    for (;;) {
      const result = await this.#retry(signal, next);
      if (result.done === true) return;
      left.delete(result.value[0]);
      yield result.value;
    }
  }

  /** After a failure lists again from the start, and goes on behind the last name. */
  async *#listing<Named extends { readonly name: string }>(
    list: () => AsyncIterable<Named>,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Named> {
    let last: string | undefined;
    let listing = list()[Symbol.asyncIterator]();
    const next = async () => {
      try {
        return await nextBehind(listing, last);
      } catch (error) {
        listing = list()[Symbol.asyncIterator]();
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

type ToldState = readonly [name: string, state: ThawState];

interface AskedStates {
  readonly retrievalId: string;
  readonly names: ReadonlySet<string>;
  readonly signal: AbortSignal | undefined;
}

async function nextBehind<Named extends { readonly name: string }>(
  listing: AsyncIterator<Named>,
  last: string | undefined,
): Promise<IteratorResult<Named>> {
  for (;;) {
    const result = await listing.next();
    if (result.done || last === undefined || result.value.name > last) return result;
  }
}
