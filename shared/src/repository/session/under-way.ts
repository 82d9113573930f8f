/**
 * Work under way, of several who start it, bounded by the bytes that it holds.
 * Whoever waits for room has nothing that anybody else waits for.
 */
export class UnderWay {
  readonly #bytesMax: number;
  readonly #works = new Set<Promise<void>>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** @param work never rejects */
  add(bytes: number, work: Promise<void>): void {
    this.#bytes += bytes;
    const ending = work.then(() => {
      this.#bytes -= bytes;
      this.#works.delete(ending);
    });
    this.#works.add(ending);
  }

  /** Resolves when there is room for more. */
  async room(): Promise<void> {
    while (this.#bytes > this.#bytesMax) await Promise.race(this.#works);
  }
}
