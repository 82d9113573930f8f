import type {
  Blob,
  BlobComposer,
  BlobInfo,
  BlobLocks,
  BlobPlace,
  BlobStore,
  ByteRange,
  CopyOptions,
  PutOptions,
} from '../../repository/ports.ts';
import { mustThaw } from '../../storage-class/storage-class.ts';
import type { Clock } from '../../time/clock.ts';
import { systemClock } from '../../time/system-clock.ts';
import {
  blobArchived,
  blobExists,
  blobNotFound,
  blobTooShort,
  throwIfCancelled,
} from '../blob-errors.ts';
import { checkBlobName } from '../blob-name.ts';
import { classOfCopy, type StoredClass, shownClass } from '../rehydration.ts';
import { MemoryBlobs, type StoredBlob } from './memory-blobs.ts';

export interface MemoryStoreOptions {
  readonly clock?: Clock;
  /** How long a copy out of the archive class takes, by the clock. Default 0: at once. */
  readonly rehydrateMs?: number;
}

interface MemoryPlace extends BlobPlace {
  readonly provider: 'memory';
  readonly store: MemoryStore;
}

function isMemoryPlace(place: BlobPlace): place is MemoryPlace {
  return place.provider === 'memory';
}

/**
 * An object storage in memory, for tests. Strict: names are checked, archived
 * blobs refused. It locks what is put with a retention.
 */
export class MemoryStore implements BlobStore {
  readonly #blobs = new MemoryBlobs();
  readonly #clock: Clock;
  readonly #rehydrateMs: number;

  readonly locks: BlobLocks = {
    now: async () => this.#clock.now(),
    retain: async (name, untilMs) => this.#blobs.retain(name, untilMs),
    listHidden: (prefix) => this.#listHidden(prefix),
    unhide: async (name) => this.#blobs.unhide(name),
  };

  constructor(options: MemoryStoreOptions = {}) {
    this.#clock = options.clock ?? systemClock;
    this.#rehydrateMs = options.rehydrateMs ?? 0;
  }

  async put(name: string, body: Uint8Array, options: PutOptions = {}): Promise<void> {
    checkBlobName(name);
    throwIfCancelled(`put of ${name}`, options.signal);
    if (options.ifAbsent && this.#blobs.get(name) !== undefined) throw blobExists(name);
    const { storageClass = 'hot', retainUntilMs } = options;
    this.#store(name, Uint8Array.from(body), { storageClass }, retainUntilMs);
  }

  async putStream(
    name: string,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(Uint8Array.from(chunk));
    await this.put(name, Buffer.concat(chunks), options);
  }

  get place(): MemoryPlace {
    return { provider: 'memory', store: this };
  }

  composerFrom(place: BlobPlace): BlobComposer | undefined {
    if (!isMemoryPlace(place)) return undefined;
    const { store } = place;
    return {
      compose: async (name, parts, options = {}) => {
        async function* bytes() {
          for (const part of parts) {
            yield 'bytes' in part ? part.bytes : (await store.get(part.from, part.range)).bytes;
          }
        }
        await this.putStream(name, bytes(), options);
      },
    };
  }

  async get(name: string, range?: ByteRange, signal?: AbortSignal): Promise<Blob> {
    throwIfCancelled(`get of ${name}`, signal);
    const blob = this.#find(name);
    const info = this.#info(name, blob);
    if (mustThaw(info.storageClass)) throw blobArchived(name);
    if (range === undefined) return { info, bytes: Uint8Array.from(blob.bytes) };
    const end = range.offset + range.length;
    if (end > blob.bytes.length) throw blobTooShort(name, range);
    return { info, bytes: blob.bytes.slice(range.offset, end) };
  }

  async head(name: string, signal?: AbortSignal): Promise<BlobInfo | undefined> {
    checkBlobName(name);
    throwIfCancelled(`head of ${name}`, signal);
    const blob = this.#blobs.get(name);
    return blob === undefined ? undefined : this.#info(name, blob);
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<BlobInfo> {
    for (const name of this.#blobs.names()) {
      if (!name.startsWith(prefix)) continue;
      throwIfCancelled(`list of ${prefix}`, signal);
      const blob = this.#blobs.get(name);
      if (blob !== undefined) yield this.#info(name, blob);
    }
  }

  async delete(name: string, signal?: AbortSignal): Promise<void> {
    checkBlobName(name);
    throwIfCancelled(`delete of ${name}`, signal);
    this.#blobs.remove(name, this.#clock.now());
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<void> {
    checkBlobName(to);
    throwIfCancelled(`copy to ${to}`, options.signal);
    const source = this.#find(from);
    if (options.ifAbsent && this.#blobs.get(to) !== undefined) throw blobExists(to);
    const rehydration = { nowMs: this.#clock.now(), takesMs: this.#rehydrateMs };
    const shown = shownClass(source.class, rehydration.nowMs);
    this.#store(to, source.bytes, classOfCopy(shown, options.storageClass, rehydration));
  }

  /** What a deletion does that does not know of locks: a locked blob is hidden by it. */
  hide(name: string): void {
    this.#blobs.hide(name, this.#clock.now());
  }

  async *#listHidden(prefix: string) {
    for (const blob of this.#blobs.hidden()) if (blob.name.startsWith(prefix)) yield blob;
  }

  #store(name: string, bytes: Uint8Array, storedClass: StoredClass, lockedUntilMs?: number): void {
    const stored = { bytes, class: storedClass, modifiedAtMs: this.#clock.now() };
    this.#blobs.set(name, { ...stored, ...(lockedUntilMs !== undefined && { lockedUntilMs }) });
  }

  #find(name: string): StoredBlob {
    checkBlobName(name);
    const blob = this.#blobs.get(name);
    if (blob === undefined) throw blobNotFound(name);
    return blob;
  }

  #info(name: string, blob: StoredBlob): BlobInfo {
    const { bytes, modifiedAtMs, lockedUntilMs } = blob;
    return {
      name,
      size: bytes.length,
      modifiedAtMs,
      ...shownClass(blob.class, this.#clock.now()),
      ...(lockedUntilMs !== undefined && { lockedUntilMs }),
    };
  }
}
