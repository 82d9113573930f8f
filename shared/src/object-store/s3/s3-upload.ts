import { randomUUID } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { AppError } from '../../errors/app-error.ts';
import type { ByteRange } from '../../repository/ports.ts';
import type { ComposingUpload } from '../compose-blob.ts';
import type { S3Connection } from './s3-connection.ts';
import { type S3Call, serviceCodeOf } from './s3-errors.ts';
import type { WriteMembers } from './s3-write.ts';

/** Marks what an upload made, so that a lost reply of its end can be settled. */
const markName = 'firn-upload';
/** Without its answer nobody can go on; a stray upload costs only what it holds. */
const abandonMs = 30_000;

export interface UploadTarget {
  readonly key: string;
  /** Class, retention, condition. */
  readonly members: WriteMembers;
  readonly call: S3Call;
}

/** A multipart upload: parts in any order, then the object exists at once or not at all. */
export class S3Upload implements ComposingUpload<CompletedPart> {
  readonly #connection: S3Connection;
  readonly #target: UploadTarget;
  readonly #mark: string;
  readonly #uploadId: string;

  private constructor(
    connection: S3Connection,
    target: UploadTarget,
    begun: { readonly mark: string; readonly uploadId: string },
  ) {
    this.#connection = connection;
    this.#target = target;
    this.#mark = begun.mark;
    this.#uploadId = begun.uploadId;
  }

  static async begin(connection: S3Connection, target: UploadTarget): Promise<S3Upload> {
    const { key, members, call } = target;
    const mark = randomUUID();
    const { IfNoneMatch: _, ...kept } = members;
    const input = {
      Bucket: connection.bucket,
      Key: key,
      Metadata: { [markName]: mark },
      ...(connection.sumsAlways && { ChecksumAlgorithm: 'CRC32' as const }),
      ...kept,
    };
    const { UploadId } = await connection.run({ ...call, isWrite: false }, 0, ({ client, sent }) =>
      client.send(new CreateMultipartUploadCommand(input), sent),
    );
    if (UploadId === undefined) throw refused(call, 'gave the upload no id');
    return new S3Upload(connection, target, { mark, uploadId: UploadId });
  }

  async stage(bytes: Uint8Array, index: number): Promise<CompletedPart> {
    const PartNumber = index + 1;
    const Body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const input = { ...this.#place, PartNumber, Body };
    const call = { ...this.#target.call, isWrite: false };
    const reply = await this.#connection.run(call, bytes.length, ({ client, sent }) =>
      client.send(new UploadPartCommand(input), sent),
    );
    const { ETag, ChecksumCRC32 } = reply;
    if (ETag === undefined) throw refused(call, `gave part ${PartNumber} no tag`);
    return { PartNumber, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) };
  }

  /** @param source `<bucket>/<key>` */
  async stageCopy(source: string, range: ByteRange, index: number): Promise<CompletedPart> {
    const PartNumber = index + 1;
    const { offset, length } = range;
    const input = {
      ...{ ...this.#place, PartNumber, CopySource: source },
      CopySourceRange: `bytes=${offset}-${offset + length - 1}`,
    };
    const call = { ...this.#target.call, isWrite: false };
    const { CopyPartResult } = await this.#connection.run(call, length, ({ client, sent }) =>
      client.send(new UploadPartCopyCommand(input), sent),
    );
    const { ETag, ChecksumCRC32 } = CopyPartResult ?? {};
    if (ETag === undefined) throw refused(call, `gave part ${PartNumber} no tag`);
    return { PartNumber, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) };
  }

  /** Safe to repeat: an upload that is gone may have been completed by a try before. */
  async commit(parts: readonly CompletedPart[]): Promise<void> {
    const { IfNoneMatch } = this.#target.members;
    const input = {
      ...this.#place,
      MultipartUpload: { Parts: [...parts] },
      ...(IfNoneMatch !== undefined && { IfNoneMatch }),
    };
    try {
      await this.#connection.run(this.#target.call, 0, ({ client, sent }) =>
        client.send(new CompleteMultipartUploadCommand(input), sent),
      );
    } catch (error) {
      if (serviceCodeOf(error) !== 'NoSuchUpload') throw error;
      if (!(await this.isThere())) throw refused(this.#target.call, 'lost the upload');
    }
  }

  /** Whether what lies at the place now is of this upload. */
  async isThere(): Promise<boolean> {
    const { key, call } = this.#target;
    const input = { Bucket: this.#connection.bucket, Key: key };
    const asked = { operation: `head for ${call.operation}`, isWrite: false, signal: call.signal };
    const reply = await this.#connection.run(asked, 0, ({ client, sent }) =>
      client.send(new HeadObjectCommand(input), sent),
    );
    return reply.Metadata?.[markName] === this.#mark;
  }

  /** Frees the parts. Never throws: what stays is found by abortStrayUploads. */
  async abandon(): Promise<void> {
    const call = { operation: 'abort of an upload', isWrite: false };
    const signal = AbortSignal.timeout(abandonMs);
    const aborting = this.#connection.run({ ...call, signal }, 0, ({ client, sent }) =>
      client.send(new AbortMultipartUploadCommand(this.#place), sent),
    );
    await aborting.catch(() => undefined);
  }

  get #place() {
    return {
      Bucket: this.#connection.bucket,
      Key: this.#target.key,
      UploadId: this.#uploadId,
    };
  }
}

export interface StrayUploads {
  /** Only below it. */
  readonly keyPrefix: string;
  /** Begun before, by the storage's clock. */
  readonly beforeMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Aborts uploads that nobody can end any more: their parts are billed. @returns how many */
export async function abortStrayUploads(
  connection: S3Connection,
  { keyPrefix, beforeMs, signal }: StrayUploads,
): Promise<number> {
  const call = { operation: `abort of stray uploads below ${keyPrefix}`, isWrite: false, signal };
  let markers: { KeyMarker?: string; UploadIdMarker?: string } | undefined = {};
  let count = 0;
  while (markers !== undefined) {
    const input = { Bucket: connection.bucket, Prefix: keyPrefix, ...markers };
    const page: ListMultipartUploadsCommandOutput = await connection.run(call, 0, (session) =>
      session.client.send(new ListMultipartUploadsCommand(input), session.sent),
    );
    for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
      if (Initiated === undefined || Initiated.getTime() >= beforeMs) continue;
      await connection.run(call, 0, ({ client, sent }) =>
        client.send(
          new AbortMultipartUploadCommand({ Bucket: connection.bucket, Key, UploadId }),
          sent,
        ),
      );
      count += 1;
    }
    markers = page.IsTruncated ? nextMarkers(page) : undefined;
  }
  return count;
}

function nextMarkers(page: ListMultipartUploadsCommandOutput) {
  const { NextKeyMarker, NextUploadIdMarker } = page;
  return {
    ...(NextKeyMarker !== undefined && { KeyMarker: NextKeyMarker }),
    ...(NextUploadIdMarker !== undefined && { UploadIdMarker: NextUploadIdMarker }),
  };
}

function refused(call: S3Call, what: string): AppError {
  return new AppError('E_STORAGE_REFUSED', `${call.operation} failed: the storage ${what}`);
}
