export type Release = () => Promise<void> | void;

/**
 * What must be let go at the end, newest first. Every one is tried, also when
 * an earlier one failed; the first error is thrown when all have been tried.
 */
export class Releasers {
  #entries: { readonly name: string; readonly release: Release }[] = [];

  /** @param name for the message when it fails */
  add(name: string, release: Release): void {
    this.#entries.push({ name, release });
  }

  /** May be called again: what was released once is not released twice. */
  async release(): Promise<void> {
    const entries = this.#entries.toReversed();
    this.#entries = [];
    const failures: Error[] = [];
    for (const { name, release } of entries) {
      try {
        await release();
      } catch (cause) {
        failures.push(new Error(`${name} could not be released`, { cause }));
      }
    }
    if (failures[0] !== undefined) throw failures[0];
  }
}
