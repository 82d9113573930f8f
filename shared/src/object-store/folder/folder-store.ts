import { createReadStream, type Stats } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { invariant } from '../../errors/invariant.ts';
import type {
  Blob,
  BlobInfo,
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
  noLocks,
  throwIfCancelled,
} from '../blob-errors.ts';
import { checkBlobName } from '../blob-name.ts';
import { classOfCopy, type StoredClass, shownClass } from '../rehydration.ts';
import { ClassMarks, isUnmarked } from './class-marks.ts';
import { isNodeError, toFolderError } from './folder-errors.ts';
import { readFileRange, TemporaryFile } from './folder-files.ts';
import { listNames } from './folder-listing.ts';
import { OpenedFiles } from './opened-files.ts';

export interface FolderStoreOptions {
  /** Absolute path; created with the first put. */
  readonly folder: string;
  readonly clock?: Clock;
  /** How long a copy out of the archive class takes, by the clock. Default 0: at once. */
  readonly rehydrateMs?: number;
}

interface NewBlob {
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
  readonly class: StoredClass;
  readonly ifAbsent: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * A folder as an object storage: the blob `a/b` is the file `a/b`. Its archive
 * class is a mark beside the blob (class-marks.ts): the bytes lie there, but
 * get refuses them, as a real archive does, until they were copied out of it.
 * A name cannot be a folder of another name. Needs a file system with hard links.
 */
export class FolderStore implements BlobStore {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #rehydrateMs: number;
  readonly #marks: ClassMarks;
  readonly #opened = new OpenedFiles();

  constructor(options: FolderStoreOptions) {
    this.#folder = options.folder;
    this.#clock = options.clock ?? systemClock;
    this.#rehydrateMs = options.rehydrateMs ?? 0;
    this.#marks = new ClassMarks(join(options.folder, '.firn-class'));
  }

  async put(name: string, body: Uint8Array, options: PutOptions = {}): Promise<void> {
    await this.#putChunks(name, [body], options);
  }

  async putStream(
    name: string,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<void> {
    await this.#putChunks(name, body, options);
  }

  async #putChunks(name: string, chunks: NewBlob['chunks'], options: PutOptions): Promise<void> {
    if (options.retainUntilMs !== undefined) throw noLocks('a folder');
    await this.#guard(`put of ${name}`, options.signal, () =>
      this.#create(name, {
        chunks,
        class: { storageClass: options.storageClass ?? 'hot' },
        ifAbsent: options.ifAbsent ?? false,
        signal: options.signal,
      }),
    );
  }

  async get(name: string, range?: ByteRange, signal?: AbortSignal): Promise<Blob> {
    return await this.#guard(`get of ${name}`, signal, async () => {
      const info = await this.#find(name);
      if (mustThaw(info.storageClass)) throw blobArchived(name);
      const { size, bytes } = await readFileRange(this.#path(name), range);
      if (range !== undefined && bytes.length < range.length) throw blobTooShort(name, range);
      return { info: { ...info, size }, bytes };
    });
  }

  async readInto(
    name: string,
    range: ByteRange,
    target: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void> {
    await this.#guard(`get of ${name}`, signal, async () => {
      const path = this.#path(name);
      const isAllowed = async () => isUnmarked(await this.#marks.read(name));
      const read = await this.#opened.read({ path, isAllowed, offset: range.offset, target });
      if (read === undefined) target.set((await this.get(name, range, signal)).bytes);
      else if (read < range.length) throw blobTooShort(name, range);
    });
  }

  async head(name: string, signal?: AbortSignal): Promise<BlobInfo | undefined> {
    return await this.#guard(`head of ${name}`, signal, () => this.#info(name));
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<BlobInfo> {
    const names = listNames(this.#folder, prefix);
    const next = () => this.#guard(`list of ${prefix}`, signal, () => names.next());
    for (let entry = await next(); !entry.done; entry = await next()) {
      const info = await this.head(entry.value, signal);
      if (info !== undefined) yield info;
    }
  }

  async delete(name: string, signal?: AbortSignal): Promise<void> {
    await this.#guard(`delete of ${name}`, signal, async () => {
      await rm(this.#path(name), { force: true });
      await this.#marks.remove(name);
    });
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<void> {
    await this.#guard(`copy of ${from} to ${to}`, options.signal, async () => {
      const source = await this.#find(from);
      const rehydration = { nowMs: this.#clock.now(), takesMs: this.#rehydrateMs };
      await this.#create(to, {
        chunks: createReadStream(this.#path(from)),
        class: classOfCopy(source, options.storageClass, rehydration),
        ifAbsent: options.ifAbsent ?? false,
        signal: options.signal,
      });
    });
  }

  async #create(name: string, blob: NewBlob): Promise<void> {
    const path = this.#path(name);
    if (blob.ifAbsent && (await statIfAny(path)) !== undefined) throw blobExists(name);
    const file = await TemporaryFile.create(join(this.#folder, '.firn-tmp'));
    try {
      await file.write(blob.chunks);
      throwIfCancelled(`put of ${name}`, blob.signal);
      await this.#marks.write(name, blob.class);
      await file.publish(path, !blob.ifAbsent);
    } catch (error) {
      if (isNodeError(error, 'EEXIST') && blob.ifAbsent) throw blobExists(name);
      throw error;
    } finally {
      await file.dispose();
    }
    // A blob that replaced one of another class must not inherit its mark.
    if (isUnmarked(blob.class)) await this.#marks.remove(name);
  }

  async #find(name: string): Promise<BlobInfo> {
    const info = await this.#info(name);
    if (info === undefined) throw blobNotFound(name);
    return info;
  }

  async #info(name: string): Promise<BlobInfo | undefined> {
    const status = await statIfAny(this.#path(name));
    if (status === undefined || !status.isFile()) return undefined;
    const storedClass = await this.#marks.read(name);
    const { size, mtimeMs } = status;
    const modifiedAtMs = Math.floor(mtimeMs);
    return { name, size, modifiedAtMs, ...shownClass(storedClass, this.#clock.now()) };
  }

  #path(name: string): string {
    checkBlobName(name);
    invariant(!name.startsWith('.firn-'), `blob name ${name} belongs to the folder store itself`);
    return join(this.#folder, name);
  }

  async #guard<T>(
    operation: string,
    signal: AbortSignal | undefined,
    work: () => Promise<T>,
  ): Promise<T> {
    throwIfCancelled(operation, signal);
    try {
      return await work();
    } catch (error) {
      throw toFolderError(error, operation);
    }
  }
}

async function statIfAny(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (isNodeError(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw error;
  }
}
