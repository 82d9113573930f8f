import type { BlobDownloadResponseParsed } from '@azure/storage-blob';
import { AppError, isAppError } from '../../errors/app-error.ts';
import { gathered } from '../../memory/byte-collector.ts';
import { passing } from '../../memory/discard.ts';
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
import { systemClock } from '../../time/system-clock.ts';
import { blobNotFound, blobTooShort } from '../blob-errors.ts';
import { checkBlobName } from '../blob-name.ts';
import { BlockPool } from '../block-pool.ts';
import { composeBlob } from '../compose-blob.ts';
import type { LockMode } from '../lock-mode.ts';
import { putStreamed } from '../stream-put.ts';
import { AzureConnection, type AzureConnectionOptions } from './azure-connection.ts';
import { abortPendingCopy, beginCopy, isPending } from './azure-copy.ts';
import { infoOfDownload, infoOfItem, infoOfProperties } from './azure-info.ts';
import { AzureLocks } from './azure-locks.ts';
import { AzureUpload } from './azure-upload.ts';
import { assertNoVersionLocked, deleteVersions } from './azure-versions.ts';
import { putCall, writeOptions } from './azure-write.ts';

export interface AzureStoreOptions extends Omit<AzureConnectionOptions, 'replyMsMax'> {
  /** Folder inside the container; may be empty. No leading or trailing slash. */
  readonly prefix: string;
  /** Of blocks to be staged; a stream up to one is put at once. Stores may share it. Default 4 MiB. */
  readonly blocks?: BlockPool;
  /** Longest wait for a call that moves no data; data lengthens it. Default 60 s. */
  readonly replyMsMax?: number;
  /** Of puts that ask for retention. Default governance: an unlocked policy. */
  readonly lockMode?: LockMode | undefined;
}

/** A get whose size is not known may take as long as one of this many bytes. */
const unknownBytes = 256 << 20;
/** Of a staged block, unless the options say otherwise. */
export const blockBytes = 4 << 20;

/**
 * A folder of an Azure Blob container. It repeats nothing but what belongs to a
 * stream, which nobody else can; RetryingStore repeats what else may be repeated.
 */
export class AzureStore implements BlobStore {
  readonly locks: BlobLocks;
  readonly #connection: AzureConnection;
  readonly #blocks: BlockPool;
  readonly #root: string;
  readonly #lockMode: LockMode;
  readonly #mayBeLocked: boolean;

  constructor(options: AzureStoreOptions) {
    const { endpoint, container, credentials, replyMsMax = 60_000 } = options;
    this.#connection = new AzureConnection({ endpoint, container, credentials, replyMsMax });
    this.#blocks = options.blocks ?? new BlockPool(blockBytes);
    this.#root = options.prefix === '' ? '' : `${options.prefix}/`;
    this.#lockMode = options.lockMode ?? 'governance';
    this.#mayBeLocked = options.lockMode !== undefined;
    this.locks = new AzureLocks({
      connection: this.#connection,
      root: this.#root,
      mode: this.#lockMode,
      head: (name, signal) => this.head(name, signal),
    });
  }

  async put(name: string, body: Uint8Array, options: PutOptions = {}): Promise<void> {
    const path = this.#path(name);
    await this.#connection.run(putCall(name, options), body.length, async (session) => {
      // The SDK sends the whole buffer behind a view that is not a Buffer.
      const buffer = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
      const { abortSignal } = session;
      const sent = { ...writeOptions(options, this.#lockMode), abortSignal };
      await session.blob(path).upload(buffer, buffer.length, sent);
    });
  }

  async putStream(
    name: string,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<void> {
    const begin = async () => this.#upload(name, options);
    await putStreamed(body, {
      pool: this.#blocks,
      put: (bytes) => this.put(name, bytes, options),
      read: async () => (await this.get(name)).bytes,
      begin,
      signal: options.signal,
    });
  }

  get place(): AzurePlace {
    return {
      provider: 'azure-blob',
      account: new URL(this.#connection.endpoint).host,
      urlOf: (name) => this.#connection.urlOf(this.#path(name)),
    };
  }

  /** Within an account: between accounts each block is read over the network of the storage. */
  composerFrom(place: BlobPlace): BlobComposer | undefined {
    const { host } = new URL(this.#connection.endpoint);
    if (!isAzurePlace(place) || place.account !== host) return undefined;
    return {
      compose: async (name, parts, options = {}) => {
        const sources = await Promise.all(
          parts.map(async (part) =>
            'bytes' in part ? part : { ...part, from: await place.urlOf(part.from) },
          ),
        );
        await composeBlob(sources, async () => this.#upload(name, options), options.signal);
      },
    };
  }

  async get(name: string, range?: ByteRange, signal?: AbortSignal): Promise<Blob> {
    if (range?.length === 0) return await this.#getNothing(name, range.offset, signal);
    const path = this.#path(name);
    const call = { operation: `get of ${name}`, isWrite: false, signal };
    return await this.#connection.run(call, range?.length ?? unknownBytes, async (session) => {
      const { abortSignal } = session;
      const blob = session.blob(path);
      const reply = await blob.download(range?.offset ?? 0, range?.length, { abortSignal });
      const bytes = await bodyOf(reply, call.operation, abortSignal);
      if (range !== undefined && bytes.length < range.length) throw blobTooShort(name, range);
      return { info: infoOfDownload(name, reply), bytes };
    });
  }

  /** Azure has no empty ranges: asks for the byte before. */
  async #getNothing(name: string, offset: number, signal?: AbortSignal): Promise<Blob> {
    const { info } = await this.get(
      name,
      offset === 0 ? undefined : { offset: offset - 1, length: 1 },
      signal,
    );
    return { info, bytes: new Uint8Array() };
  }

  async head(name: string, signal?: AbortSignal): Promise<BlobInfo | undefined> {
    const path = this.#path(name);
    const call = { operation: `head of ${name}`, isWrite: false, signal };
    try {
      return await this.#connection.run(call, 0, async ({ blob, abortSignal }) =>
        infoOfProperties(name, await blob(path).getProperties({ abortSignal })),
      );
    } catch (error) {
      if (isAppError(error, 'E_BLOB_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<BlobInfo> {
    let token: string | undefined;
    do {
      const page = await this.#listPage({ prefix, token, signal });
      yield* page.blobs;
      token = page.nextToken;
    } while (token !== undefined);
  }

  /** With all versions, where there are any. E_BLOB_LOCKED when one of them is locked. */
  async delete(name: string, signal?: AbortSignal): Promise<void> {
    const path = this.#path(name);
    const isVersioned = await this.#isVersioned(name, signal);
    if (this.#mayBeLocked) {
      const nowMs = await this.locks.now(signal);
      await assertNoVersionLocked(this.#connection, { name, path, nowMs }, signal);
    }
    await this.#deleteCurrent(name, signal);
    if (isVersioned) await deleteVersions(this.#connection, path, signal);
  }

  async #isVersioned(name: string, signal: AbortSignal | undefined): Promise<boolean> {
    if (this.#mayBeLocked) return true;
    if (this.#connection.isVersioned === undefined) await this.head(name, signal);
    // When no blob was ever seen there may be versions alone.
    return this.#connection.isVersioned ?? true;
  }

  async #deleteCurrent(name: string, signal: AbortSignal | undefined): Promise<void> {
    const path = this.#path(name);
    // Never unclear: whoever got no reply deletes again.
    const call = { operation: `delete of ${name}`, isWrite: false, signal };
    await this.#connection.run(call, 0, async ({ blob, abortSignal }) => {
      const target = blob(path);
      try {
        await target.deleteIfExists({ abortSignal });
      } catch (error) {
        if (!isPending(error)) throw error;
        await abortPendingCopy(target, abortSignal);
        await target.deleteIfExists({ abortSignal });
      }
    });
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<void> {
    const paths = { source: this.#path(from), target: this.#path(to) };
    const { signal, ifAbsent = false } = options;
    const source = await this.head(from, signal);
    if (source === undefined) throw blobNotFound(from);
    const call = { operation: `copy of ${from} to ${to}`, isWrite: true, ifAbsent, signal };
    const isDone = await this.#connection.run(call, 0, ({ blob, abortSignal }) =>
      beginCopy({
        source: blob(paths.source),
        sourceClass: source.storageClass,
        target: blob(paths.target),
        options,
        abortSignal,
      }),
    );
    if (!isDone && !mustThaw(source.storageClass)) await this.#waitForCopy(to, signal);
  }

  /** A copy that need not thaw is a matter of moments. */
  async #waitForCopy(name: string, signal: AbortSignal | undefined): Promise<void> {
    for (;;) {
      const info = await this.head(name, signal);
      if (info === undefined) throw new AppError('E_STORAGE_REFUSED', `copy to ${name} failed`);
      if (!info.rehydrating) return;
      await systemClock.sleep(1_000, signal);
    }
  }

  async #listPage(asked: {
    readonly prefix: string;
    readonly token: string | undefined;
    readonly signal: AbortSignal | undefined;
  }): Promise<{ readonly blobs: BlobInfo[]; readonly nextToken: string | undefined }> {
    const { prefix, token, signal } = asked;
    const call = { operation: `list of ${prefix}`, isWrite: false, signal };
    return await this.#connection.run(call, 0, async ({ container, abortSignal }) => {
      const options = { prefix: this.#root + prefix, includeCopy: true, abortSignal };
      const pages = container
        .listBlobsFlat(options)
        .byPage(token === undefined ? {} : { continuationToken: token });
      const page = await pages.next();
      const reply = page.done ? undefined : page.value;
      const items = reply?.segment.blobItems ?? [];
      const blobs = items.map((item) => infoOfItem(item.name.slice(this.#root.length), item));
      return {
        blobs: blobs.filter((info) => info !== undefined),
        nextToken: reply?.continuationToken || undefined,
      };
    });
  }

  #upload(name: string, options: PutOptions): AzureUpload {
    return new AzureUpload(this.#connection, {
      path: this.#path(name),
      options: writeOptions(options, this.#lockMode),
      call: putCall(name, options),
    });
  }

  #path(name: string): string {
    checkBlobName(name);
    return this.#root + name;
  }
}

interface AzurePlace extends BlobPlace {
  readonly provider: 'azure-blob';
  /** Host of the account's endpoint. */
  readonly account: string;
  /** With a SAS. */
  urlOf(name: string): Promise<string>;
}

function isAzurePlace(place: BlobPlace): place is AzurePlace {
  return place.provider === 'azure-blob';
}

/** The body; a connection that broke under way is no error of the SDK's own kind. */
async function bodyOf(
  reply: BlobDownloadResponseParsed,
  operation: string,
  abortSignal: AbortSignal,
): Promise<Uint8Array> {
  try {
    const body = (reply.readableStreamBody ?? []) as AsyncIterable<Uint8Array>;
    return await gathered(passing(body), reply.contentLength);
  } catch (cause) {
    abortSignal.throwIfAborted();
    const message = `${operation} failed: the connection broke while the object was read`;
    throw new AppError('E_STORAGE_UNAVAILABLE', message, { cause });
  }
}
