import type { Blob, BlobStore, ByteRange } from '../ports.ts';
import { thawingOf } from '../retrieve/thawing-of.ts';
import { readInto } from './read-into.ts';

/** Ranges of packs, out of a retrieval's warm copies where there are any. */
export class PackFetcher {
  readonly #store: BlobStore;
  readonly #warm: string | undefined;
  readonly #names = new Map<string, Promise<string>>();

  constructor(store: BlobStore, warm: string | undefined) {
    this.#store = store;
    this.#warm = warm;
  }

  async get(pack: string, range: ByteRange): Promise<Blob> {
    return this.#store.get(await this.#nameOf(pack), range);
  }

  /** @param target as long as the range */
  async readInto(pack: string, range: ByteRange, target: Uint8Array): Promise<void> {
    await readInto(this.#store, { name: await this.#nameOf(pack), range, target });
  }

  #nameOf(pack: string): Promise<string> {
    if (this.#warm === undefined) return Promise.resolve(pack);
    const known = this.#names.get(pack);
    if (known !== undefined) return known;
    const resolving = this.#resolve(this.#warm, pack);
    this.#names.set(pack, resolving);
    resolving.catch(() => this.#names.delete(pack));
    return resolving;
  }

  /** What is not warm yet is asked for again. */
  async #resolve(retrievalId: string, pack: string): Promise<string> {
    for await (const [, state] of thawingOf(this.#store).states(retrievalId, new Set([pack]))) {
      if (state.state === 'warm') return state.name;
    }
    this.#names.delete(pack);
    return pack;
  }
}
