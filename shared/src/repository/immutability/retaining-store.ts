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
  PutOptions,
} from '../ports.ts';
import { type Immutability, isRetained, lockedUntilMs } from './generation.ts';
import { locksOf } from './locks-of.ts';

/** Puts what a repository keeps with the retention of its immutability, by the storage's clock. */
export class RetainingStore implements BlobStore {
  readonly locks: BlobLocks;
  readonly #store: BlobStore;
  readonly #immutability: Immutability;

  /** E_STORAGE_NO_LOCKS when the store cannot lock. */
  constructor(store: BlobStore, immutability: Immutability) {
    this.#store = store;
    this.#immutability = immutability;
    this.locks = locksOf(store);
  }

  get thawing(): BlobThawing | undefined {
    return this.#store.thawing;
  }

  get place(): BlobPlace | undefined {
    return this.#store.place;
  }

  composerFrom(place: BlobPlace): BlobComposer | undefined {
    const composer = this.#store.composerFrom?.(place);
    if (composer === undefined) return undefined;
    return {
      compose: async (name, parts, options = {}) =>
        composer.compose(name, parts, await this.#retaining(name, options)),
    };
  }

  async put(name: string, body: Uint8Array, options: PutOptions = {}): Promise<void> {
    await this.#store.put(name, body, await this.#retaining(name, options));
  }

  async putStream(
    name: string,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<void> {
    await this.#store.putStream(name, body, await this.#retaining(name, options));
  }

  get(name: string, range?: ByteRange, signal?: AbortSignal): Promise<Blob> {
    return this.#store.get(name, range, signal);
  }

  head(name: string, signal?: AbortSignal): Promise<BlobInfo | undefined> {
    return this.#store.head(name, signal);
  }

  list(prefix: string, signal?: AbortSignal): AsyncIterable<BlobInfo> {
    return this.#store.list(prefix, signal);
  }

  delete(name: string, signal?: AbortSignal): Promise<void> {
    return this.#store.delete(name, signal);
  }

  copy(from: string, to: string, options: CopyOptions): Promise<void> {
    return this.#store.copy(from, to, options);
  }

  async abortStrays(prefix: string, beforeMs: number, signal?: AbortSignal): Promise<number> {
    return (await this.#store.abortStrays?.(prefix, beforeMs, signal)) ?? 0;
  }

  async #retaining(name: string, options: PutOptions): Promise<PutOptions> {
    if (!isRetained(name) || options.retainUntilMs !== undefined) return options;
    const nowMs = await this.locks.now(options.signal);
    return { ...options, retainUntilMs: lockedUntilMs(nowMs, this.#immutability, name) };
  }
}
