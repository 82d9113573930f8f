/**
 * What the drafts of a session hold in memory together: at most half more than
 * bytesMax. What some do not need, others may use; who holds less than half of
 * its share is never told to write, since small runs have to be merged soon.
 */
export class DraftMemory {
  readonly #bytesMax: number;
  readonly #held = new Map<object, number>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** @returns whether the draft has to write out what it holds */
  hold(draft: object, bytes: number): boolean {
    this.#bytes += bytes - (this.#held.get(draft) ?? 0);
    this.#held.set(draft, bytes);
    return this.#bytes > this.#bytesMax && bytes > this.#bytesMax / this.#held.size / 2;
  }

  /** It ended. */
  release(draft: object): void {
    this.#bytes -= this.#held.get(draft) ?? 0;
    this.#held.delete(draft);
  }
}
