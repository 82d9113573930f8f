import type { OpenChunk, SharedChunks } from '../shared-chunks/shared-chunks.ts';
import {
  type Claimant,
  ContentClaims,
  type FleetingContent,
  type SettledClaim,
} from './content-claims.ts';

export interface SessionSharedChunksOptions {
  readonly chunks: SharedChunks;
  /** Whether a pack of this session is stored. */
  readonly isStored: (pack: string) => boolean;
}

/** A content that is stored, or that another object of the session is storing. */
export type FoundContent =
  | { readonly chunk: OpenChunk }
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
  readonly #placed = new Map<string, OpenChunk>();
  /** The same by pack. */
  readonly #byPack = new Map<string, OpenChunk[]>();
  readonly #claims = new ContentClaims();

  constructor(options: SessionSharedChunksOptions) {
    this.#options = options;
  }

  /** By content id; what is not in it the claimant has to store: others may wait for it from now on. */
  async find(
    contents: readonly FleetingContent[],
    claimant: Claimant,
  ): Promise<ReadonlyMap<string, FoundContent>> {
    const found = new Map<string, FoundContent>();
    const unknown: string[] = [];
    for (const content of contents) {
      const known = this.#findHere(content, claimant);
      if (known === undefined) unknown.push(content.contentId);
      else found.set(content.contentId, known);
    }
    if (unknown.length === 0) return found;
    for (const [contentId, chunk] of await this.#options.chunks.find(unknown)) {
      this.#claims.settle(chunk);
      found.set(contentId, { chunk });
    }
    return found;
  }

  /** In this session; undefined: the claimant has it now. */
  #findHere(content: FleetingContent, claimant: Claimant): FoundContent | undefined {
    const placed = this.#placed.get(content.contentId);
    if (placed !== undefined) return { chunk: placed };
    const awaited = this.#claims.claim(content, claimant);
    return awaited && { awaited };
  }

  /** The claimant will place nothing more. */
  giveUp(claimant: Claimant): void {
    this.#claims.giveUp(claimant);
  }

  /** They are in a pack, which may still be open. */
  async placed(chunks: readonly OpenChunk[]): Promise<void> {
    for (const chunk of chunks) {
      this.#placed.set(chunk.contentId, chunk);
      this.#inPack(chunk.place.pack).push(chunk);
      this.#claims.settle(chunk);
    }
    await this.settle();
  }

  /** Others may know of what is stored by now. */
  async settle(): Promise<void> {
    const stored: OpenChunk[] = [];
    for (const [pack, chunks] of this.#byPack) {
      if (!this.#options.isStored(pack)) continue;
      stored.push(...chunks);
      this.#byPack.delete(pack);
    }
    if (stored.length === 0) return;
    // Rows alone: no opened key leaves the session.
    const rows = stored.map(({ contentId, address, place }) => ({ contentId, address, place }));
    await this.#options.chunks.add(rows);
    for (const { contentId } of stored) this.#placed.delete(contentId);
  }

  #inPack(pack: string): OpenChunk[] {
    const known = this.#byPack.get(pack);
    if (known !== undefined) return known;
    const chunks: OpenChunk[] = [];
    this.#byPack.set(pack, chunks);
    return chunks;
  }
}
