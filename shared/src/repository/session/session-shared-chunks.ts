import type { ObjectKey } from '../keys/key-ring.ts';
import type { SharedChunk, SharedChunks } from '../shared-chunks/shared-chunks.ts';
import {
  type Claimant,
  ContentClaims,
  type FleetingContent,
  type SettledClaim,
} from './content-claims.ts';

export interface SessionSharedChunksOptions {
  readonly chunks: SharedChunks;
  readonly key: () => Promise<ObjectKey>;
  /** Whether a pack of this session is stored. */
  readonly isStored: (pack: string) => boolean;
}

/** A content that is stored, or that another object of the session is storing. */
export type FoundContent =
  | { readonly chunk: SharedChunk }
  | { readonly awaited: Promise<SettledClaim> };

/**
 * Contents that objects share, as a session sees them: those of the repository,
 * those that lie in packs of its own that are still open, and those on their way
 * there. An object may refer to all of them, since they are stored before
 * anything is committed.
 */
export class SessionSharedChunks {
  readonly #options: SessionSharedChunksOptions;
  /** In open packs: bounded by their size. */
  readonly #placed = new Map<string, SharedChunk>();
  readonly #claims = new ContentClaims();

  constructor(options: SessionSharedChunksOptions) {
    this.#options = options;
  }

  /** Under which they are sealed. */
  key(): Promise<ObjectKey> {
    return this.#options.key();
  }

  /** Undefined: the claimant has to store it; others may wait for it from now on. */
  async find(content: FleetingContent, claimant: Claimant): Promise<FoundContent | undefined> {
    const { contentId } = content;
    const placed = this.#placed.get(contentId);
    if (placed !== undefined) return { chunk: placed };
    const awaited = this.#claims.claim(content, claimant);
    if (awaited !== undefined) return { awaited };
    const chunk = await this.#options.chunks.find(contentId);
    if (chunk === undefined) return undefined;
    this.#claims.settle(chunk);
    return { chunk };
  }

  /** The claimant will place nothing more. */
  giveUp(claimant: Claimant): void {
    this.#claims.giveUp(claimant);
  }

  /** They are in a pack, which may still be open. */
  async placed(chunks: readonly SharedChunk[]): Promise<void> {
    for (const chunk of chunks) {
      this.#placed.set(chunk.contentId, chunk);
      this.#claims.settle(chunk);
    }
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
