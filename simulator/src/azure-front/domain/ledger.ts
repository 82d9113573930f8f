import type { BlobRecord, BlobVersion } from './blob-record.ts';
import { versionsOf } from './blob-record.ts';

export interface ContainerRecord {
  readonly blobs: Map<string, BlobRecord>;
  /** Version-level immutability is enabled, by whoever administers the account. */
  versionLevelWorm: boolean;
}

/** What lies in the account, with what Azurite does not know of it. */
export class Ledger {
  /** Of the whole account. */
  versioning: boolean;
  readonly #containers = new Map<string, ContainerRecord>();
  #lastVersionMs = 0;

  constructor(versioning: boolean) {
    this.versioning = versioning;
  }

  container(name: string): ContainerRecord {
    const known = this.#containers.get(name);
    if (known) return known;
    const made: ContainerRecord = { blobs: new Map(), versionLevelWorm: false };
    this.#containers.set(name, made);
    return made;
  }

  blob(container: string, name: string): BlobRecord {
    const { blobs } = this.container(container);
    const known = blobs.get(name);
    if (known) return known;
    const made: BlobRecord = { current: undefined, previous: [] };
    blobs.set(name, made);
    return made;
  }

  current(container: string, name: string): BlobVersion | undefined {
    return this.#containers.get(container)?.blobs.get(name)?.current;
  }

  version(container: string, name: string, versionId: string): BlobVersion | undefined {
    const record = this.#containers.get(container)?.blobs.get(name);
    return record && versionsOf(record).find((version) => version.versionId === versionId);
  }

  forget(container: string): void {
    this.#containers.delete(container);
  }

  containers(): ReadonlyMap<string, ContainerRecord> {
    return this.#containers;
  }

  *versions(): Generator<BlobVersion> {
    for (const { blobs } of this.#containers.values()) {
      for (const record of blobs.values()) yield* versionsOf(record);
    }
  }

  /** A time with seven digits behind the second, of which no two are the same. */
  newVersionId(nowMs: number): string {
    this.#lastVersionMs = Math.max(this.#lastVersionMs + 1, nowMs);
    return new Date(this.#lastVersionMs).toISOString().replace('Z', '0000Z');
  }
}
