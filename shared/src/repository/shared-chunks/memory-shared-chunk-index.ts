import type { IndexMark, SharedChunkIndex } from './shared-chunk-index.ts';
import type { SharedChunk } from './shared-chunks.ts';

/** About 500 bytes each. */
const chunksMaxDefault = 100_000;

/** For tests, and for processes that keep nothing: forgets what is oldest. */
export class MemorySharedChunkIndex implements SharedChunkIndex {
  readonly #chunks = new Map<string, SharedChunk>();
  readonly #chunksMax: number;
  #mark: IndexMark | undefined;

  constructor(chunksMax = chunksMaxDefault) {
    this.#chunksMax = chunksMax;
  }

  async find(contentIds: readonly string[]): Promise<ReadonlyMap<string, SharedChunk>> {
    const found = new Map<string, SharedChunk>();
    for (const contentId of contentIds) {
      const chunk = this.#chunks.get(contentId);
      if (chunk !== undefined) found.set(contentId, chunk);
    }
    return found;
  }

  async add(chunks: readonly SharedChunk[]): Promise<void> {
    for (const chunk of chunks) {
      this.#chunks.delete(chunk.contentId);
      this.#chunks.set(chunk.contentId, chunk);
    }
    for (const oldest of this.#chunks.keys()) {
      if (this.#chunks.size <= this.#chunksMax) return;
      this.#chunks.delete(oldest);
    }
  }

  async forgetPacks(packs: Iterable<string>): Promise<void> {
    const names = new Set(packs);
    if (names.size === 0) return;
    for (const { contentId, place } of this.#chunks.values()) {
      if (names.has(place.pack)) this.#chunks.delete(contentId);
    }
  }

  async mark(): Promise<IndexMark | undefined> {
    return this.#mark;
  }

  async setMark(mark: IndexMark): Promise<void> {
    this.#mark = mark;
  }

  async clear(): Promise<void> {
    this.#chunks.clear();
    this.#mark = undefined;
  }
}
