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
} from '../repository/ports.ts';

/** Calls that succeeded, and the bytes that they moved. */
export interface StoreCounts {
  readonly puts: number;
  readonly putBytes: number;
  readonly gets: number;
  readonly getBytes: number;
  readonly heads: number;
  readonly lists: number;
  readonly deletes: number;
  readonly copies: number;
}

const zero: StoreCounts = {
  puts: 0,
  putBytes: 0,
  gets: 0,
  getBytes: 0,
  heads: 0,
  lists: 0,
  deletes: 0,
  copies: 0,
};

/** Counts what goes through a store: for the figures of a session. */
export class CountingStore implements BlobStore {
  readonly #store: BlobStore;
  #counts = zero;

  constructor(store: BlobStore) {
    this.#store = store;
  }

  /** Since the beginning; a copy that does not change. */
  get counts(): StoreCounts {
    return this.#counts;
  }

  /** What is done by them is not counted. */
  get locks(): BlobLocks | undefined {
    return this.#store.locks;
  }

  get thawing(): BlobThawing | undefined {
    return this.#store.thawing;
  }

  get place(): BlobPlace | undefined {
    return this.#store.place;
  }

  /** Each blob counts as a copy. */
  composerFrom(place: BlobPlace): BlobComposer | undefined {
    const composer = this.#store.composerFrom?.(place);
    if (composer === undefined) return undefined;
    return {
      compose: async (name, parts, options) => {
        await composer.compose(name, parts, options);
        const sent = parts.map((part) => ('bytes' in part ? part.bytes.length : 0));
        this.#add({ copies: 1, putBytes: sent.reduce((sum, bytes) => sum + bytes, 0) });
      },
    };
  }

  async put(name: string, body: Uint8Array, options?: PutOptions): Promise<void> {
    await this.#store.put(name, body, options);
    this.#add({ puts: 1, putBytes: body.length });
  }

  async putStream(
    name: string,
    body: AsyncIterable<Uint8Array>,
    options?: PutOptions,
  ): Promise<void> {
    let putBytes = 0;
    async function* counted() {
      for await (const chunk of body) {
        putBytes += chunk.length;
        yield chunk;
      }
    }
    await this.#store.putStream(name, counted(), options);
    this.#add({ puts: 1, putBytes });
  }

  async get(name: string, range?: ByteRange, signal?: AbortSignal): Promise<Blob> {
    const blob = await this.#store.get(name, range, signal);
    this.#add({ gets: 1, getBytes: blob.bytes.length });
    return blob;
  }

  async head(name: string, signal?: AbortSignal): Promise<BlobInfo | undefined> {
    const info = await this.#store.head(name, signal);
    this.#add({ heads: 1 });
    return info;
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<BlobInfo> {
    yield* this.#store.list(prefix, signal);
    this.#add({ lists: 1 });
  }

  async delete(name: string, signal?: AbortSignal): Promise<void> {
    await this.#store.delete(name, signal);
    this.#add({ deletes: 1 });
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<void> {
    await this.#store.copy(from, to, options);
    this.#add({ copies: 1 });
  }

  async abortStrays(prefix: string, beforeMs: number, signal?: AbortSignal): Promise<number> {
    return (await this.#store.abortStrays?.(prefix, beforeMs, signal)) ?? 0;
  }

  #add(more: Partial<StoreCounts>): void {
    const before = this.#counts;
    this.#counts = {
      puts: before.puts + (more.puts ?? 0),
      putBytes: before.putBytes + (more.putBytes ?? 0),
      gets: before.gets + (more.gets ?? 0),
      getBytes: before.getBytes + (more.getBytes ?? 0),
      heads: before.heads + (more.heads ?? 0),
      lists: before.lists + (more.lists ?? 0),
      deletes: before.deletes + (more.deletes ?? 0),
      copies: before.copies + (more.copies ?? 0),
    };
  }
}
