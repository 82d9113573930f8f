import type { OpenChunk } from '../shared-chunks/shared-chunks.ts';

/** Who stores a content that others may want. */
export interface Claimant {
  /** Somebody waits for a content of it: it is to be placed without waiting for more. */
  hurry(): void;
}

/** A content in memory that may be used for something else afterwards. */
export interface FleetingContent {
  readonly contentId: string;
  readonly length: number;
  readonly copy: () => Uint8Array;
}

/** What became of a claim: the content has a place, or whoever waited has to store it. */
export type SettledClaim = { readonly chunk: OpenChunk } | { readonly givenUp: Uint8Array };

/** Of one content, by one claimant. */
interface Claim {
  readonly claimant: Claimant;
  readonly promise: Promise<SettledClaim>;
  readonly resolve: (settled: SettledClaim) => void;
  /** Kept for those who wait, in case that the claimant gives up. */
  bytes: Uint8Array | undefined;
}

/** Of all contents that are kept for those who wait. */
const keptBytesMax = 8 * 1024 * 1024;

/**
 * Contents that objects of a session are storing at this moment, so that each is
 * stored by one of them. claimed → placed by settle; claimed → given up by giveUp.
 */
export class ContentClaims {
  readonly #claims = new Map<string, Claim>();
  #keptBytes = 0;

  /**
   * Undefined: the claimant has to store it. Another one may be doing so, too:
   * rather twice than that the bytes kept for who waits have no bound.
   */
  claim(content: FleetingContent, claimant: Claimant): Promise<SettledClaim> | undefined {
    const { contentId } = content;
    const known = this.#claims.get(contentId);
    if (known !== undefined) return this.#wait(known, content);
    const settling = Promise.withResolvers<SettledClaim>();
    this.#claims.set(contentId, { claimant, bytes: undefined, ...settling });
    return undefined;
  }

  /** It has a place, whoever stored it. */
  settle(chunk: OpenChunk): void {
    this.#end(chunk.contentId)?.resolve({ chunk });
  }

  /** All that the claimant has not placed. */
  giveUp(claimant: Claimant): void {
    for (const [contentId, claim] of this.#claims) {
      if (claim.claimant !== claimant) continue;
      this.#end(contentId);
      if (claim.bytes !== undefined) claim.resolve({ givenUp: claim.bytes });
    }
  }

  #wait(claim: Claim, { length, copy }: FleetingContent): Promise<SettledClaim> | undefined {
    if (claim.bytes === undefined) {
      if (this.#keptBytes + length > keptBytesMax) return undefined;
      this.#keptBytes += length;
      claim.bytes = copy();
    }
    claim.claimant.hurry();
    return claim.promise;
  }

  #end(contentId: string): Claim | undefined {
    const claim = this.#claims.get(contentId);
    this.#claims.delete(contentId);
    this.#keptBytes -= claim?.bytes?.length ?? 0;
    return claim;
  }
}
