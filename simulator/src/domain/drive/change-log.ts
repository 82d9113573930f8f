import type { DriveItem } from './drive-item.ts';

type LogEntry = { readonly number: number; readonly item: DriveItem; readonly atMs: number };

/**
 * In which order the items of a drive changed last. It knows the latest state only: when an item
 * changes again its earlier entry is void, which is what makes the feed show states, not events.
 */
export class ChangeLog {
  #entries: LogEntry[] = [];
  #lastNumber = 0;
  #voidCount = 0;

  get lastNumber(): number {
    return this.#lastNumber;
  }

  record(item: DriveItem, atMs: number): void {
    if (item.changeNumber > 0) this.#voidCount += 1;
    this.#lastNumber += 1;
    item.changeNumber = this.#lastNumber;
    item.changedAtMs = atMs;
    this.#entries.push({ number: this.#lastNumber, item, atMs });
    if (this.#voidCount * 2 > this.#entries.length + 64) this.#compact();
  }

  /** Yields the items that changed last after change `number`, oldest change first. */
  *after(number: number): Generator<DriveItem> {
    for (let i = this.#indexAfter(number); i < this.#entries.length; i += 1) {
      const entry = this.#entries[i];
      if (entry && entry.item.changeNumber === entry.number) yield entry.item;
    }
  }

  /** The number of the last change that was made at `timeMs` or before. */
  numberAt(timeMs: number): number {
    let found = 0;
    for (const entry of this.#entries) {
      if (entry.atMs <= timeMs) found = Math.max(found, entry.number);
    }
    return found;
  }

  #indexAfter(number: number): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#entries[middle]?.number ?? 0) <= number) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #compact(): void {
    this.#entries = this.#entries.filter((entry) => entry.item.changeNumber === entry.number);
    this.#voidCount = 0;
  }
}
