import type {
  IndexMark,
  SharedChunkIndex,
} from '@firn/shared/repository/shared-chunks/shared-chunk-index';
import type { SharedChunk } from '@firn/shared/repository/shared-chunks/shared-chunks';

export type ClosableIndex = SharedChunkIndex & { close(): Promise<void> };

/** An index that is opened when it is first used: most who have one never do. */
export class LazySharedChunkIndex implements ClosableIndex {
  readonly #open: () => ClosableIndex;
  #opened: ClosableIndex | undefined;

  constructor(open: () => ClosableIndex) {
    this.#open = open;
  }

  find(contentIds: readonly string[]): Promise<ReadonlyMap<string, SharedChunk>> {
    return this.#index.find(contentIds);
  }

  add(chunks: readonly SharedChunk[]): Promise<void> {
    return this.#index.add(chunks);
  }

  async forgetPacks(packs: Iterable<string>): Promise<void> {
    const names = [...packs];
    if (names.length > 0) await this.#index.forgetPacks(names);
  }

  mark(): Promise<IndexMark | undefined> {
    return this.#index.mark();
  }

  setMark(mark: IndexMark): Promise<void> {
    return this.#index.setMark(mark);
  }

  clear(): Promise<void> {
    return this.#index.clear();
  }

  async close(): Promise<void> {
    await this.#opened?.close();
  }

  get #index(): ClosableIndex {
    this.#opened ??= this.#open();
    return this.#opened;
  }
}
