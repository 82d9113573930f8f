import type { BlobInfo } from '@firn/shared/repository/ports';
import type { World } from './world.ts';

interface StoredBlob {
  readonly bytes: Uint8Array;
  readonly modifiedAtMs: number;
  readonly listedFromMs: number;
}

/** What watches the storage from outside; it sees writes in the order in which they apply. */
export interface StorageWatcher {
  onPut(name: string, bytes: Uint8Array, modifiedAtMs: number): void;
  onDelete(name: string): void;
}

/** The truth of the storage. Its clock is its own; its lists lag. */
export class SimStorage {
  readonly #world: World;
  readonly #skewMs: number;
  readonly #blobs = new Map<string, StoredBlob>();
  /** Deleted names that lists still show, and until when. */
  readonly #ghosts = new Map<string, number>();
  listLagMsMax: number;
  watcher: StorageWatcher | undefined;

  constructor(world: World, options: { readonly skewMs: number; readonly listLagMsMax: number }) {
    this.#world = world;
    this.#skewMs = options.skewMs;
    this.listLagMsMax = options.listLagMsMax;
  }

  /** False: the name exists and ifAbsent was asked. */
  put(name: string, bytes: Uint8Array, ifAbsent: boolean): boolean {
    if (ifAbsent && this.#blobs.has(name)) return false;
    const modifiedAtMs = this.#world.nowMs + this.#skewMs;
    this.#blobs.set(name, { bytes, modifiedAtMs, listedFromMs: this.#world.nowMs + this.#lag() });
    this.watcher?.onPut(name, bytes, modifiedAtMs);
    return true;
  }

  get(name: string): { readonly info: BlobInfo; readonly bytes: Uint8Array } | undefined {
    const blob = this.#blobs.get(name);
    return blob && { info: infoOf(name, blob), bytes: blob.bytes };
  }

  /** Other bytes lie there, though nobody wrote them. */
  corrupt(name: string, bytes: Uint8Array): void {
    const blob = this.#blobs.get(name);
    if (blob !== undefined) this.#blobs.set(name, { ...blob, bytes });
  }

  delete(name: string): void {
    if (!this.#blobs.delete(name)) return;
    const lagMs = this.#lag();
    if (lagMs > 0) this.#ghosts.set(name, this.#world.nowMs + lagMs);
    this.watcher?.onDelete(name);
  }

  /** As a list may show it. */
  list(prefix: string): readonly BlobInfo[] {
    const { nowMs } = this.#world;
    const infos: BlobInfo[] = [];
    for (const [name, blob] of this.#blobs) {
      if (name.startsWith(prefix) && blob.listedFromMs <= nowMs) infos.push(infoOf(name, blob));
    }
    for (const [name, untilMs] of this.#ghosts) {
      const isShown = untilMs > nowMs && name.startsWith(prefix) && !this.#blobs.has(name);
      if (isShown) infos.push(infoOf(name, { bytes: new Uint8Array(), modifiedAtMs: nowMs }));
    }
    return infos.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** The names that are there, whatever lists say. */
  names(): Iterable<string> {
    return this.#blobs.keys();
  }

  #lag(): number {
    const { random } = this.#world;
    if (this.listLagMsMax === 0 || random.chance(0.5)) return 0;
    return random.between(0, this.listLagMsMax);
  }
}

function infoOf(name: string, blob: Pick<StoredBlob, 'bytes' | 'modifiedAtMs'>): BlobInfo {
  return {
    name,
    size: blob.bytes.length,
    storageClass: 'hot',
    modifiedAtMs: blob.modifiedAtMs,
    rehydrating: false,
  };
}
