/**
 * What the repository format needs of the world. Adapters of shared/object-store
 * satisfy BlobStore by shape; the repository imports none of them.
 */

import type { StorageClass, ThawSpeed } from '../storage-class/storage-class.ts';
import type { BatchCompute } from './batch-compute.ts';

export interface BlobInfo {
  readonly name: string;
  readonly size: number;
  readonly storageClass: StorageClass;
  /** By the storage's clock, ms since the epoch. */
  readonly modifiedAtMs: number;
  /** True while a copy or a change of class out of the archive is under way. */
  readonly rehydrating: boolean;
  /**
   * Until then the storage refuses to delete it, by the storage's clock. Told by
   * head, and by a listing where the storage tells it there (Azure does, S3 does not).
   */
  readonly lockedUntilMs?: number;
}

export interface Blob {
  readonly info: BlobInfo;
  readonly bytes: Uint8Array;
}

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export interface PutOptions {
  /** Fails with E_BLOB_EXISTS when the name exists. Atomic. */
  readonly ifAbsent?: boolean;
  /** Default hot. */
  readonly storageClass?: StorageClass;
  /**
   * The storage MUST refuse to delete or replace it before, by its own clock.
   * E_STORAGE_NO_LOCKS when it cannot.
   */
  readonly retainUntilMs?: number;
  readonly signal?: AbortSignal;
}

export interface CopyOptions {
  readonly storageClass: StorageClass;
  /** Fails with E_BLOB_EXISTS when the name to copy to exists. Atomic. */
  readonly ifAbsent?: boolean;
  /** Only out of an archive class. Default standard. */
  readonly priority?: 'standard' | 'high';
  readonly signal?: AbortSignal;
}

/**
 * Object storage below one prefix. Names are relative to it, use `/`, and hold
 * [A-Za-z0-9._/-] only. All errors are AppErrors: E_BLOB_NOT_FOUND,
 * E_BLOB_EXISTS, E_BLOB_ARCHIVED, E_STORAGE_UNCLEAR (a write whose reply was
 * lost), E_STORAGE_DENIED, E_STORAGE_UNAVAILABLE, E_BLOB_LOCKED (a delete before
 * the blob's retention has run out).
 *
 * MUST: a put is seen by every later get of that name (read after write); a
 * blob is never seen in part; of two puts with ifAbsent one wins. Listing MAY
 * lag behind.
 */
export interface BlobStore {
  put(name: string, body: Uint8Array, options?: PutOptions): Promise<void>;
  /**
   * Writes a blob of any size from chunks of any size in bounded memory. The
   * blob exists only after the iterable ended and the promise resolved. A chunk's
   * bytes are good until the next chunk is asked for.
   */
  putStream(name: string, body: AsyncIterable<Uint8Array>, options?: PutOptions): Promise<void>;
  /** Whole blob, or exactly the range (E_BLOB_NOT_FOUND also when it is too short). */
  get(name: string, range?: ByteRange, signal?: AbortSignal): Promise<Blob>;
  /**
   * As get, exactly the range, into a target that is as long. Absent where bytes come in
   * memory of their own anyway.
   */
  readInto?(
    name: string,
    range: ByteRange,
    target: Uint8Array,
    signal?: AbortSignal,
  ): Promise<void>;
  head(name: string, signal?: AbortSignal): Promise<BlobInfo | undefined>;
  /** In order of names (byte-wise), all that begin with prefix. */
  list(prefix: string, signal?: AbortSignal): AsyncIterable<BlobInfo>;
  /** Deleting what is not there succeeds. */
  delete(name: string, signal?: AbortSignal): Promise<void>;
  /**
   * Copies inside the storage. Out of an archive class this only begins:
   * head(to) says rehydrating until the bytes can be read.
   */
  copy(from: string, to: string, options: CopyOptions): Promise<void>;
  /**
   * Ends uploads of streams to names that begin with prefix, if they were begun before,
   * by the storage's clock, and never ended: their parts are billed. Absent where the
   * storage forgets them by itself.
   * @returns how many
   */
  abortStrays?(prefix: string, beforeMs: number, signal?: AbortSignal): Promise<number>;
  /** Present when the storage can lock blobs; whether it does so is its own setting. */
  readonly locks?: BlobLocks | undefined;
  /** Present when archived blobs thaw where they lie; elsewhere a copy thaws. */
  readonly thawing?: BlobThawing | undefined;
  /** For stores that can copy out of this one by themselves; absent: none can. */
  readonly place?: BlobPlace | undefined;
  /** Undefined: this one cannot copy out of that place by itself. Whether it may shows in the first try. */
  composerFrom?(place: BlobPlace): BlobComposer | undefined;
}

/** Where the blobs of a store lie: adapters of one provider understand one another's. */
export interface BlobPlace {
  readonly provider: string;
}

/** A part of a blob: sent, or copied by the storage out of a blob of another store. */
export type BlobPart =
  | { readonly bytes: Uint8Array }
  | { readonly from: string; readonly range: ByteRange };

/** All parts but the last have as many. [AWS: qfacts, 5 MiB] */
export const partBytesMin = 5 * 1024 * 1024;

/** Puts blobs together of what the storage has, without moving it through this machine. */
export interface BlobComposer {
  /**
   * As putStream, of parts in their order: all but the last of partBytesMin at least, none of
   * more than 4,000 MiB, at most 10,000.
   */
  compose(name: string, parts: readonly BlobPart[], options?: PutOptions): Promise<void>;
}

export interface ThawRequest {
  /** Whose thaw it is: what others have begun is used, and never shortened. */
  readonly retrievalId: string;
  readonly speed: ThawSpeed;
  /** How long it is to be readable from now on, at least. */
  readonly readableMs: number;
  /**
   * A copy of it that another retrieval has, or that is thawing for it. Ignored where blobs thaw
   * where they lie.
   */
  readonly warmCopy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Warm: `name` can be read. Until when, by the storage's clock, where it ends by itself. */
export type ThawState =
  | { readonly state: 'cold' | 'thawing' }
  | { readonly state: 'warm'; readonly name: string; readonly untilMs?: number };

/** Reading what lies in an archive class, some hours later. */
export interface BlobThawing {
  /** Begins a thaw, or prolongs one that is done. Safe to repeat. E_BLOB_NOT_FOUND */
  begin(name: string, request: ThawRequest): Promise<ThawState>;
  /** Of those names that are not cold, in no order. */
  states(
    retrievalId: string,
    names: ReadonlySet<string>,
    signal?: AbortSignal,
  ): AsyncIterable<readonly [name: string, state: ThawState]>;
  /** Ends what only this retrieval has; what cannot be deleted runs out. @returns blobs deleted */
  end(retrievalId: string, signal?: AbortSignal): Promise<number>;
}

/** A blob that is not what was put first under its name, which the storage still has. */
export interface HiddenBlob {
  readonly name: string;
  /** Of what was put first, bytes. */
  readonly size: number;
  readonly how: 'deleted' | 'replaced';
  /** When that was done, by the storage's clock; absent where the storage does not tell. */
  readonly hiddenAtMs?: number;
}

/**
 * What a storage with retention and versions can do besides. Names of a
 * repository are never reused, so what was put first is always the right one.
 */
export interface BlobLocks {
  /** The storage's clock, ms since the epoch. */
  now(signal?: AbortSignal): Promise<number>;
  /** Prolongs the retention of a blob; never shortens it. */
  retain(name: string, untilMs: number, signal?: AbortSignal): Promise<void>;
  /** In order of names: what was deleted or replaced and can be brought back. */
  listHidden(prefix: string, signal?: AbortSignal): AsyncIterable<HiddenBlob>;
  /** Makes what was put first under the name readable again. E_BLOB_NOT_FOUND when it is gone. */
  unhide(name: string, signal?: AbortSignal): Promise<void>;
}

/** Milliseconds since 1970-01-01T00:00:00Z; sleeping is the caller's business. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Random bytes for ids, keys and nonces. */
export interface Entropy {
  randomBytes(length: number): Uint8Array;
}

/** Bytes over which a gear hash is rolled: hash = (hash << 1) + table[byte], modulo 2^64. */
export interface GearScan {
  /** 256 integers of 64 bits, little-endian. Not changed afterwards. */
  readonly table: Uint8Array;
  readonly bytes: Uint8Array;
  /** Before the first byte. */
  readonly hash: bigint;
  readonly mask: bigint;
}

/** Of zstd: 3 unless computing is what everything waits for. */
export type CompressionLevel = 1 | 3;

/** What a frame is sealed with. The nonce has 12 bytes. */
export interface Sealing {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  readonly associated: Uint8Array;
}

/** What frames are made of: synchronous, into memory that is given. */
export interface FrameCompute {
  /** Room that compressInto needs for so many bytes. */
  compressedBytesMax(length: number): number;
  /** @returns how much of the target was filled */
  compressInto(target: Uint8Array, bytes: Uint8Array, level: CompressionLevel): number;
  /**
   * Fails with E_REPOSITORY_DAMAGED unless the bytes decompress to less than fills
   * the target. @returns how much of it was filled
   */
  decompressInto(target: Uint8Array, bytes: Uint8Array): number;
  /** AES-256-GCM. @param target has 16 bytes more than the plain ones, for the tag at its end */
  sealInto(target: Uint8Array, sealing: Sealing, plain: Uint8Array): void;
  /**
   * Fails with E_REPOSITORY_DAMAGED when the tag does not match.
   * @param target has 16 bytes less than the sealed ones
   */
  openInto(target: Uint8Array, sealing: Sealing, sealed: Uint8Array): void;
  /** HMAC-SHA-256 of one after the other. */
  hmacSha256With(key: Uint8Array): (bytes: Uint8Array) => Uint8Array;
}

/**
 * Compressing, sealing and hashing of little things, synchronous inside; batches
 * may run on other threads.
 */
export interface Compute extends FrameCompute {
  readonly batches: BatchCompute;
  /** @param level default 3 */
  compress(bytes: Uint8Array, level?: CompressionLevel): Promise<Uint8Array>;
  /** @param sizeMax fails with E_REPOSITORY_DAMAGED when the result is larger */
  decompress(bytes: Uint8Array, sizeMax: number): Promise<Uint8Array>;
  /** AES-256-GCM; returns ciphertext followed by the 16-byte tag. */
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    plain: Uint8Array,
    associated: Uint8Array,
  ): Promise<Uint8Array>;
  /** Fails with E_REPOSITORY_DAMAGED when the tag does not match. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    sealed: Uint8Array,
    associated: Uint8Array,
  ): Promise<Uint8Array>;
  hmacSha256(key: Uint8Array, parts: readonly Uint8Array[]): Promise<Uint8Array>;
  sha256(parts: readonly Uint8Array[]): Promise<Uint8Array>;
  /**
   * Looks for the first byte behind which hash & mask is 0. @returns the position
   * behind it, undefined when there is none, and the hash there
   */
  scanGear(options: GearScan): { readonly end: number | undefined; readonly hash: bigint };
  /**
   * Decodes base64 (RFC 4648, section 4) without line ends into the target, as far as 16
   * characters in a row are all of the alphabet. @returns how many it decoded: a multiple of 16
   */
  decodeBase64(target: Uint8Array, characters: Uint8Array): number;
  /** RFC 5869, SHA-256. */
  hkdf(key: Uint8Array, salt: Uint8Array, info: string, length: number): Promise<Uint8Array>;
  /** Argon2id (RFC 9106), 32 bytes. */
  argon2id(password: Uint8Array, salt: Uint8Array, cost: Argon2Cost): Promise<Uint8Array>;
}

export interface Argon2Cost {
  readonly memoryKiB: number;
  readonly passes: number;
  readonly parallelism: number;
}

export interface RepositoryPorts {
  readonly store: BlobStore;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly compute: Compute;
}
