import { performance } from 'node:perf_hooks';

/**
 * The clock of a storage, as its replies tell it, carried on by a counter that
 * nobody can set: retention that followed the clock of this machine would end
 * early once that is wrong.
 */
export class StorageClock {
  #seen: { readonly storageMs: number; readonly atMs: number } | undefined;

  /** @param date header of a reply; what cannot be read is ignored */
  observe(date: string | undefined): void {
    const storageMs = Date.parse(date ?? '');
    if (Number.isFinite(storageMs)) this.#seen = { storageMs, atMs: performance.now() };
  }

  /** Milliseconds since the epoch; undefined before the first reply. */
  now(): number | undefined {
    if (this.#seen === undefined) return undefined;
    return Math.floor(this.#seen.storageMs + performance.now() - this.#seen.atMs);
  }
}
