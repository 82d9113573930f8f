import { AppError } from '../../src/errors/app-error.ts';
import type {
  Blob,
  BlobComposer,
  BlobInfo,
  BlobPart,
  BlobPlace,
  BlobStore,
  ByteRange,
  CopyOptions,
  PutOptions,
} from '../../src/repository/ports.ts';

interface StoredBlob {
  readonly bytes: Uint8Array;
  readonly info: BlobInfo;
}

/** A blob store for the tests of the format: blobs can be damaged, writes counted and stopped. */
export class TestStore implements BlobStore {
  readonly blobs = new Map<string, StoredBlob>();
  readonly reads: string[] = [];
  readonly writes: string[] = [];
  bytesRead = 0;
  /** Whether it puts blobs together out of others. */
  composes = false;
  /** Called before it puts a blob together. */
  onCompose: (name: string) => void = () => {};
  /** Writes that are still let through; then the process that uses the store is dead. */
  writesLeft = Number.POSITIVE_INFINITY;
  #now = 1_000;

  async put(name: string, body: Uint8Array, options: PutOptions = {}): Promise<void> {
    this.#countWrite(name);
    if (options.ifAbsent && this.blobs.has(name)) {
      throw new AppError('E_BLOB_EXISTS', `${name} exists`);
    }
    this.set(name, body, options.storageClass);
  }

  async putStream(
    name: string,
    body: AsyncIterable<Uint8Array>,
    options?: PutOptions,
  ): Promise<void> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body) chunks.push(Uint8Array.from(chunk));
    await this.put(name, Buffer.concat(chunks), options);
  }

  get place(): BlobPlace & { readonly store: TestStore } {
    return { provider: 'test', store: this };
  }

  /** As a storage does it: nothing of it passes through the machine. */
  composerFrom(place: BlobPlace): BlobComposer | undefined {
    const { store } = place as typeof this.place;
    if (!this.composes) return undefined;
    return {
      compose: async (name, parts, options) => {
        const bytes = parts.map((part) => ('bytes' in part ? part.bytes : store.#rangeOf(part)));
        this.onCompose(name);
        await this.put(name, Buffer.concat(bytes), options);
      },
    };
  }

  #rangeOf({ from, range: { offset, length } }: Extract<BlobPart, { from: string }>): Uint8Array {
    const blob = this.blobs.get(from);
    const end = offset + length;
    if (blob === undefined || blob.bytes.length < end) {
      throw new AppError('E_BLOB_NOT_FOUND', `there is no ${from}, or it is too short`);
    }
    return blob.bytes.subarray(offset, end);
  }

  async get(name: string, range?: ByteRange): Promise<Blob> {
    this.reads.push(name);
    const blob = this.blobs.get(name);
    if (blob === undefined) throw new AppError('E_BLOB_NOT_FOUND', `there is no ${name}`);
    if (blob.info.storageClass === 'archive') {
      throw new AppError('E_BLOB_ARCHIVED', `${name} is archived`);
    }
    const { offset, length } = range ?? { offset: 0, length: blob.bytes.length };
    const end = offset + length;
    if (end > blob.bytes.length) throw new AppError('E_BLOB_NOT_FOUND', `${name} is too short`);
    this.bytesRead += length;
    return { info: blob.info, bytes: inPool(blob.bytes.subarray(offset, end)) };
  }

  async head(name: string): Promise<BlobInfo | undefined> {
    return this.blobs.get(name)?.info;
  }

  async *list(prefix: string): AsyncGenerator<BlobInfo> {
    for (const name of this.names(prefix)) {
      const info = this.blobs.get(name)?.info;
      if (info !== undefined) yield info;
    }
  }

  async delete(name: string): Promise<void> {
    this.#countWrite(name);
    const lockedUntilMs = this.blobs.get(name)?.info.lockedUntilMs ?? 0;
    if (lockedUntilMs > this.#now) throw new AppError('E_BLOB_LOCKED', `${name} is locked`);
    this.blobs.delete(name);
  }

  /** As if it lay in a hot class. */
  thawInPlace(name: string): void {
    this.set(name, this.bytes(name), 'hot');
  }

  /** Lets the storage's clock go on. */
  advance(ms: number): void {
    this.#now += ms;
  }

  /** As object lock does, by the storage's clock. */
  lock(name: string, forMs: number): void {
    const blob = this.blobs.get(name);
    if (blob === undefined) return;
    const info = { ...blob.info, lockedUntilMs: this.#now + forMs };
    this.blobs.set(name, { ...blob, info });
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<void> {
    this.#countWrite(to);
    const blob = this.blobs.get(from);
    if (blob === undefined) throw new AppError('E_BLOB_NOT_FOUND', `there is no ${from}`);
    this.set(to, blob.bytes, options.storageClass);
  }

  names(prefix = ''): string[] {
    return [...this.blobs.keys()].filter((name) => name.startsWith(prefix)).sort();
  }

  set(name: string, bytes: Uint8Array, storageClass: BlobInfo['storageClass'] = 'hot'): void {
    this.#now += 1;
    const info = { name, size: bytes.length, storageClass, modifiedAtMs: this.#now };
    this.blobs.set(name, { bytes: Uint8Array.from(bytes), info: { ...info, rehydrating: false } });
  }

  bytes(name: string): Uint8Array {
    return this.blobs.get(name)?.bytes ?? new Uint8Array();
  }

  /** Another store with the same blobs. */
  fork(): TestStore {
    return this.forkInto(new TestStore());
  }

  /** Gives an empty store the same blobs and the same time. */
  forkInto<S extends TestStore>(fork: S): S {
    for (const [name, blob] of this.blobs) fork.blobs.set(name, blob);
    fork.#now = this.#now;
    return fork;
  }

  #countWrite(name: string): void {
    if (this.writesLeft <= 0) throw new AppError('E_STORAGE_DENIED', 'the process is dead');
    this.writesLeft -= 1;
    this.writes.push(name);
  }
}

/** As sockets give it: a Buffer, which is a view into a larger one. */
function inPool(bytes: Uint8Array): Buffer {
  return Buffer.concat([Buffer.alloc(7), bytes, Buffer.alloc(7)]).subarray(7, 7 + bytes.length);
}
