import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { AppError } from '../../errors/app-error.ts';
import type { StorageClass } from '../../storage-class/storage-class.ts';
import type { S3Connection } from './s3-connection.ts';
import type { S3Call } from './s3-errors.ts';
import { classMember } from './s3-info.ts';

/** Of CopyObject. [AWS: API_CopyObject] */
export const singleCopyBytesMax = 5 * 2 ** 30;

export interface S3Copy {
  readonly sourceKey: string;
  /** Of the source, when it is not the current version. */
  readonly versionId?: string;
  readonly sizeBytes: number;
  readonly key: string;
  readonly storageClass: StorageClass;
  readonly call: S3Call;
  /** Larger objects are copied in parts of this size. Default and at most 5 GiB. */
  readonly partBytes?: number;
}

/** Copies inside the bucket, by one call or in parts. Safe to repeat; only if absent when the call says so. */
export async function copyObject(connection: S3Connection, copy: S3Copy): Promise<void> {
  const partBytes = copy.partBytes ?? singleCopyBytesMax;
  if (copy.sizeBytes > partBytes) return await copyInParts(connection, copy, partBytes);
  const members = { ...classMember(copy.storageClass), ...conditionOf(copy) };
  const input = { ...placeOf(connection, copy), ...members };
  await connection.run(copy.call, copy.sizeBytes, ({ client, sent }) =>
    client.send(new CopyObjectCommand({ ...input, CopySource: sourceOf(connection, copy) }), sent),
  );
}

async function copyInParts(
  connection: S3Connection,
  copy: S3Copy,
  partBytes: number,
): Promise<void> {
  const { call } = copy;
  const place = placeOf(connection, copy);
  const begin = { ...place, ...classMember(copy.storageClass) };
  const { UploadId } = await connection.run(call, 0, ({ client, sent }) =>
    client.send(new CreateMultipartUploadCommand(begin), sent),
  );
  try {
    const Parts = await copyParts(connection, copy, { partBytes, UploadId });
    const end = { ...place, UploadId, MultipartUpload: { Parts }, ...conditionOf(copy) };
    await connection.run(call, 0, ({ client, sent }) =>
      client.send(new CompleteMultipartUploadCommand(end), sent),
    );
  } catch (error) {
    const aborting = connection.run({ ...call, isWrite: false }, 0, ({ client, sent }) =>
      client.send(new AbortMultipartUploadCommand({ ...place, UploadId }), sent),
    );
    await aborting.catch(() => undefined);
    throw error;
  }
}

async function copyParts(
  connection: S3Connection,
  copy: S3Copy,
  upload: { readonly partBytes: number; readonly UploadId: string | undefined },
): Promise<CompletedPart[]> {
  const { partBytes, UploadId } = upload;
  const parts: CompletedPart[] = [];
  for (let offset = 0; offset < copy.sizeBytes; offset += partBytes) {
    const last = Math.min(offset + partBytes, copy.sizeBytes) - 1;
    const PartNumber = parts.length + 1;
    const input = {
      ...placeOf(connection, copy),
      ...{ UploadId, PartNumber },
      CopySource: sourceOf(connection, copy),
      CopySourceRange: `bytes=${offset}-${last}`,
    };
    const { CopyPartResult } = await connection.run(copy.call, partBytes, ({ client, sent }) =>
      client.send(new UploadPartCopyCommand(input), sent),
    );
    const { ETag, ChecksumCRC32 } = CopyPartResult ?? {};
    if (ETag === undefined) {
      throw new AppError('E_STORAGE_REFUSED', `${copy.call.operation} failed: a part has no tag`);
    }
    parts.push({ PartNumber, ETag, ...(ChecksumCRC32 !== undefined && { ChecksumCRC32 }) });
  }
  return parts;
}

function conditionOf({ call }: S3Copy): { readonly IfNoneMatch?: '*' } {
  return call.ifAbsent === true ? { IfNoneMatch: '*' } : {};
}

function placeOf(connection: S3Connection, copy: S3Copy) {
  return { Bucket: connection.bucket, Key: copy.key };
}

function sourceOf(connection: S3Connection, { sourceKey, versionId }: S3Copy): string {
  const path = `${connection.bucket}/${sourceKey}`;
  return versionId === undefined ? path : `${path}?versionId=${encodeURIComponent(versionId)}`;
}
