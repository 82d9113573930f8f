import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
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
  BlobThawing,
  ByteRange,
  CopyOptions,
  PutOptions,
} from '../../repository/ports.ts';
import { mustThaw } from '../../storage-class/storage-class.ts';
import { blobArchived, blobNotFound, blobTooShort } from '../blob-errors.ts';
import { checkBlobName } from '../blob-name.ts';
import { BlockPool } from '../block-pool.ts';
import { composeBlob } from '../compose-blob.ts';
import type { LockMode } from '../lock-mode.ts';
import type { BucketState } from '../storage-test/storage-check.ts';
import { putStreamed } from '../stream-put.ts';
import { S3Connection, type S3ConnectionOptions } from './s3-connection.ts';
import { copyObject, singleCopyBytesMax } from './s3-copy.ts';
import { infoOfGet, infoOfHead, infoOfItem } from './s3-info.ts';
import { S3Locks } from './s3-locks.ts';
import { S3Thawing } from './s3-thawing.ts';
import { abortStrayUploads, S3Upload } from './s3-upload.ts';
import { bucketState, deleteHistory, historyOf, isVersioned } from './s3-versions.ts';
import { putCall, writeMembers } from './s3-write.ts';

export interface S3StoreOptions extends S3ConnectionOptions {
  /** Folder inside the bucket; may be empty. No leading or trailing slash. */
  readonly prefix: string;
  /** Of parts of an upload, 5 MiB at least; a stream up to one is put at once. Default 8 MiB. */
  readonly blocks?: BlockPool | undefined;
  /** Of puts that ask for retention. Default governance. */
  readonly lockMode?: LockMode | undefined;
  /** Larger objects are copied in parts. Default 5 GiB, which is what S3 copies at once. */
  readonly copyBytesMax?: number;
}

/** A get whose size is not known may take as long as one of this many bytes. */
const unknownBytes = 256 << 20;
/** Of a part, unless the options say otherwise: 10,000 of them are 80 GiB. */
export const s3PartBytes = 8 << 20;

/**
 * A folder of an S3 bucket, of AWS or of a storage that is compatible. It repeats
 * nothing but what belongs to a stream, which nobody else can; RetryingStore
 * repeats what else may be repeated.
 */
export class S3Store implements BlobStore {
  readonly locks: BlobLocks;
  readonly thawing: BlobThawing;
  readonly #connection: S3Connection;
  readonly #blocks: BlockPool;
  readonly #root: string;
  readonly #lockMode: LockMode;
  readonly #copyBytesMax: number;
  #versioned: Promise<boolean> | undefined;

  constructor(options: S3StoreOptions) {
    this.#connection = new S3Connection(options);
    this.#blocks = options.blocks ?? new BlockPool(s3PartBytes);
    this.#root = options.prefix === '' ? '' : `${options.prefix}/`;
    this.#lockMode = options.lockMode ?? 'governance';
    this.#copyBytesMax = options.copyBytesMax ?? singleCopyBytesMax;
    this.locks = new S3Locks({
      connection: this.#connection,
      root: this.#root,
      mode: this.#lockMode,
      head: (name, signal) => this.head(name, signal),
    });
    this.thawing = new S3Thawing({
      connection: this.#connection,
      root: this.#root,
      now: (signal) => this.locks.now(signal),
    });
  }

  async put(name: string, body: Uint8Array, options: PutOptions = {}): Promise<void> {
    const Body = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
    const input = { ...this.#place(name), Body, ...writeMembers(options, this.#lockMode) };
    await this.#connection.run(putCall(name, options), body.length, ({ client, sent }) =>
      client.send(new PutObjectCommand(input), sent),
    );
  }

  async putStream(
    name: string,
    body: AsyncIterable<Uint8Array>,
    options: PutOptions = {},
  ): Promise<void> {
    const begin = () => this.#beginUpload(name, options);
    await putStreamed(body, {
      pool: this.#blocks,
      put: (bytes) => this.put(name, bytes, options),
      read: async () => (await this.get(name)).bytes,
      begin,
      signal: options.signal,
    });
  }

  async get(name: string, range?: ByteRange, signal?: AbortSignal): Promise<Blob> {
    if (range?.length === 0) return await this.#getNothing(name, range.offset, signal);
    const input = {
      ...this.#place(name),
      ...(range !== undefined && { Range: rangeHeader(range) }),
    };
    const call = { operation: `get of ${name}`, isWrite: false, signal };
    return await this.#connection.run(call, range?.length ?? unknownBytes, async (session) => {
      const reply = await session.client.send(new GetObjectCommand(input), session.sent);
      const bytes = await bodyOf(reply, call.operation, session.sent.abortSignal);
      if (range !== undefined && bytes.length < range.length) throw blobTooShort(name, range);
      return { info: infoOfGet(name, reply), bytes };
    });
  }

  async head(name: string, signal?: AbortSignal): Promise<BlobInfo | undefined> {
    const input = this.#place(name);
    const call = { operation: `head of ${name}`, isWrite: false, signal };
    try {
      const reply = await this.#connection.run(call, 0, ({ client, sent }) =>
        client.send(new HeadObjectCommand(input), sent),
      );
      return infoOfHead(name, reply);
    } catch (error) {
      if (isAppError(error, 'E_BLOB_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  async *list(prefix: string, signal?: AbortSignal): AsyncGenerator<BlobInfo> {
    const call = { operation: `list of ${prefix}`, isWrite: false, signal };
    const place = { Bucket: this.#connection.bucket, Prefix: this.#root + prefix };
    let token: string | undefined;
    do {
      const input = { ...place, ...(token !== undefined && { ContinuationToken: token }) };
      const page = await this.#connection.run(call, 0, ({ client, sent }) =>
        client.send(new ListObjectsV2Command(input), sent),
      );
      for (const item of page.Contents ?? []) {
        yield infoOfItem((item.Key ?? '').slice(this.#root.length), item);
      }
      token = page.IsTruncated ? page.NextContinuationToken : undefined;
    } while (token !== undefined);
  }

  /** In a bucket with versions all of them go: a delete marker would leave them billed. */
  async delete(name: string, signal?: AbortSignal): Promise<void> {
    const place = this.#place(name);
    if (await this.#hasVersions()) {
      const history = await historyOf(this.#connection, place.Key, signal);
      if (history !== undefined) await deleteHistory(this.#connection, history, name);
      return;
    }
    // Never unclear: whoever got no reply deletes again.
    const call = { operation: `delete of ${name}`, isWrite: false, signal };
    await this.#connection.run(call, 0, ({ client, sent }) =>
      client.send(new DeleteObjectCommand(place), sent),
    );
  }

  async copy(from: string, to: string, options: CopyOptions): Promise<void> {
    const { storageClass, ifAbsent = false, signal } = options;
    const source = await this.head(from, signal);
    if (source === undefined) throw blobNotFound(from);
    if (mustThaw(source.storageClass)) throw blobArchived(from);
    await copyObject(this.#connection, {
      sourceKey: this.#place(from).Key,
      sizeBytes: source.size,
      key: this.#place(to).Key,
      storageClass,
      partBytes: this.#copyBytesMax,
      // Never unclear, unless it is conditional: whoever got no reply copies again.
      call: { operation: `copy of ${from} to ${to}`, isWrite: ifAbsent, ifAbsent, signal },
    });
  }

  get place(): S3Place {
    const { bucket, endpoint, region } = this.#connection;
    return { provider: 's3', bucket, endpoint, region, root: this.#root };
  }

  /** Buckets of one region: across regions S3 copies too, but bills the traffic. */
  composerFrom(place: BlobPlace): BlobComposer | undefined {
    const { endpoint, region } = this.#connection;
    if (!isS3Place(place) || place.endpoint !== endpoint || place.region !== region) return;
    return {
      compose: (name, parts, options = {}) => {
        const sources = parts.map((part) =>
          'bytes' in part ? part : { ...part, from: `${place.bucket}/${place.root}${part.from}` },
        );
        return composeBlob(sources, () => this.#beginUpload(name, options), options.signal);
      },
    };
  }

  async abortStrays(prefix: string, beforeMs: number, signal?: AbortSignal): Promise<number> {
    const keyPrefix = this.#root + prefix;
    return await abortStrayUploads(this.#connection, { keyPrefix, beforeMs, signal });
  }

  /** Of the whole bucket. */
  async bucketState(signal?: AbortSignal): Promise<BucketState> {
    return await bucketState(this.#connection, signal);
  }

  /** S3 has no empty ranges: asks for the byte before. */
  async #getNothing(name: string, offset: number, signal?: AbortSignal): Promise<Blob> {
    const range = offset === 0 ? undefined : { offset: offset - 1, length: 1 };
    const { info } = await this.get(name, range, signal);
    return { info, bytes: new Uint8Array() };
  }

  #beginUpload(name: string, options: PutOptions): Promise<S3Upload> {
    return S3Upload.begin(this.#connection, {
      key: this.#place(name).Key,
      members: writeMembers(options, this.#lockMode),
      call: putCall(name, options),
    });
  }

  #hasVersions(): Promise<boolean> {
    this.#versioned ??= isVersioned(this.#connection).catch((error: unknown) => {
      this.#versioned = undefined;
      throw error;
    });
    return this.#versioned;
  }

  #place(name: string): { readonly Bucket: string; readonly Key: string } {
    checkBlobName(name);
    return { Bucket: this.#connection.bucket, Key: this.#root + name };
  }
}

interface S3Place extends BlobPlace {
  readonly provider: 's3';
  readonly bucket: string;
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Of its keys. */
  readonly root: string;
}

function isS3Place(place: BlobPlace): place is S3Place {
  return place.provider === 's3';
}

function rangeHeader({ offset, length }: ByteRange): string {
  return `bytes=${offset}-${offset + length - 1}`;
}

/** The body; a connection that broke under way is no error of the SDK's own kind. */
async function bodyOf(
  reply: GetObjectCommandOutput,
  operation: string,
  abortSignal: AbortSignal,
): Promise<Uint8Array> {
  try {
    const body = (reply.Body ?? []) as AsyncIterable<Uint8Array>;
    return await gathered(passing(body), reply.ContentLength);
  } catch (cause) {
    abortSignal.throwIfAborted();
    const message = `${operation} failed: the connection broke while the object was read`;
    throw new AppError('E_STORAGE_UNAVAILABLE', message, { cause });
  }
}
