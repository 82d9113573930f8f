import type { Prng } from './prng.ts';

export interface SimJob {
  readonly jobId: string;
  readonly objectIds: readonly string[];
}

/** The tenant: objects whose contents come, go, and come back. */
export class Source {
  readonly #random: Prng;
  readonly #objects = new Map<string, Set<string>>();
  readonly #sharedContents: number;
  #fresh = 0;

  /** @param sharedContents how many there are that any object may hold */
  constructor(random: Prng, sharedContents: number) {
    this.#random = random;
    this.#sharedContents = sharedContents;
  }

  /** The object's contents now; each look finds them changed a little. */
  read(objectId: string): ReadonlySet<string> {
    const contents = new Set(this.#objects.get(objectId));
    for (const content of contents) if (this.#random.chance(0.35)) contents.delete(content);
    for (let i = this.#random.between(0, 3); i >= 0; i -= 1) contents.add(this.#any());
    this.#objects.set(objectId, contents);
    return new Set(contents);
  }

  /** What other objects hold as well, or what only this one holds. */
  #any(): string {
    if (this.#random.chance(0.7)) return `shared-${this.#random.between(0, this.#sharedContents)}`;
    this.#fresh += 1;
    return `own-${this.#fresh}`;
  }
}
