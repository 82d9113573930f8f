import type { ObjectKey } from '../keys/key-ring.ts';
import type { SharedChunk, SharedChunks } from '../shared-chunks/shared-chunks.ts';

export interface SessionSharedChunksOptions {
  readonly chunks: SharedChunks;
  readonly key: () => Promise<ObjectKey>;
  /** Whether a pack of this session is stored. */
  readonly isStored: (pack: string) => boolean;
}

/**
 * Contents that objects share, as a session sees them: those of the repository,
 * and those that lie in packs of its own that are still open. An object may
 * refer to these too, since they are stored before anything is committed.
 */
export class SessionSharedChunks {
  readonly #options: SessionSharedChunksOptions;
  /** In open packs: bounded by their size. */
  readonly #placed = new Map<string, SharedChunk>();

  constructor(options: SessionSharedChunksOptions) {
    this.#options = options;
  }

  /** Under which they are sealed. */
  key(): Promise<ObjectKey> {
    return this.#options.key();
  }

  async find(contentId: string): Promise<SharedChunk | undefined> {
    return this.#placed.get(contentId) ?? (await this.#options.chunks.find(contentId));
  }

  /** They are in a pack, which may still be open. */
  async placed(chunks: readonly SharedChunk[]): Promise<void> {
    for (const chunk of chunks) this.#placed.set(chunk.contentId, chunk);
    await this.settle();
  }

  /** Others may know of what is stored by now. */
  async settle(): Promise<void> {
    const stored = [...this.#placed.values()].filter(({ place }) =>
      this.#options.isStored(place.pack),
    );
    if (stored.length === 0) return;
    await this.#options.chunks.add(stored);
    for (const { contentId } of stored) this.#placed.delete(contentId);
  }
}
