import type { ObjectVersion } from '../domain/object-version.ts';
import type { StorageClass } from '../domain/storage-class.ts';
import type { PriceTable } from './price-table.ts';

const GB = 2 ** 30;
const hourMs = 3_600_000;
const monthMs = 730 * hourMs;
const dayMs = 24 * hourMs;

/** What a version is billed for. */
type Billable = Pick<ObjectVersion, 'modifiedMs' | 'properties' | 'body' | 'restorations'>;

export interface StorageReport {
  /** GB-months by class; a restored copy is one of STANDARD. */
  readonly gbMonths: Readonly<Partial<Record<StorageClass, number>>>;
  readonly dollars: number;
  /** For what was deleted, overwritten or moved before its time. */
  readonly earlyDeletionDollars: number;
}

/**
 * What lying there costs: by the time since a version was made, or the bill was begun. Parts of
 * uploads that are not completed are left out.
 */
export class StorageBill {
  prices: PriceTable;
  #sinceMs: number;
  #gone = new Totals();

  constructor(prices: PriceTable, sinceMs: number) {
    this.prices = prices;
    this.#sinceMs = sinceMs;
  }

  /** The version is deleted, overwritten or moved to another class. */
  ended(version: Billable, nowMs: number): void {
    this.#add(this.#gone, version, nowMs);
    const { storage, minimumDays } = this.#prices(version);
    const missingMs = version.modifiedMs + minimumDays * dayMs - nowMs;
    if (missingMs <= 0) return;
    this.#gone.earlyDeletion += (this.#gb(version) * storage * missingMs) / monthMs;
  }

  /** Of all that is there, and was since the bill was begun. */
  report(versions: Iterable<Billable>, nowMs: number): StorageReport {
    const totals = this.#gone.copy();
    for (const version of versions) this.#add(totals, version, nowMs);
    const { gbMonths, earlyDeletion } = totals;
    const dollars = Object.entries(gbMonths).reduce(
      (sum, [name, gb]) => sum + gb * this.prices.classes[name as StorageClass].storage,
      0,
    );
    return { gbMonths, dollars, earlyDeletionDollars: earlyDeletion };
  }

  begin(nowMs: number): void {
    this.#sinceMs = nowMs;
    this.#gone = new Totals();
  }

  #add(totals: Totals, version: Billable, untilMs: number): void {
    const { storageClass } = version.properties;
    const months = this.#months(version.modifiedMs, untilMs);
    totals.add(storageClass, this.#gb(version) * months);
    totals.add('STANDARD', (this.#prices(version).overheadBytes.standard / GB) * months);
    for (const { readyMs, expiresMs } of version.restorations) {
      const copied = this.#months(readyMs, Math.min(expiresMs, untilMs));
      totals.add('STANDARD', (version.body.sizeBytes / GB) * copied);
    }
  }

  /** Also of an archive's own overhead. */
  #gb(version: Billable): number {
    const { minimumBytes, overheadBytes } = this.#prices(version);
    return (Math.max(minimumBytes, version.body.sizeBytes) + overheadBytes.own) / GB;
  }

  #prices({ properties }: Billable) {
    return this.prices.classes[properties.storageClass];
  }

  #months(fromMs: number, untilMs: number): number {
    return Math.max(0, untilMs - Math.max(fromMs, this.#sinceMs)) / monthMs;
  }
}

class Totals {
  gbMonths: Partial<Record<StorageClass, number>> = {};
  earlyDeletion = 0;

  add(storageClass: StorageClass, gbMonths: number): void {
    if (gbMonths === 0) return;
    this.gbMonths[storageClass] = (this.gbMonths[storageClass] ?? 0) + gbMonths;
  }

  copy(): Totals {
    const copy = new Totals();
    copy.gbMonths = { ...this.gbMonths };
    copy.earlyDeletion = this.earlyDeletion;
    return copy;
  }
}
