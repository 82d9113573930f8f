import { promisesIntegrity, readPromises } from '../checksum/body-checks.ts';
import type { Bucket } from '../domain/bucket.ts';
import { readCopyRange } from '../domain/byte-range.ts';
import { type MultipartUpload, PART_NUMBER_MAX, type Part } from '../domain/multipart-upload.ts';
import { invalidArgument, S3Error } from '../domain/s3-error.ts';
import { writeXml } from '../xml/xml-writer.ts';
import { checksumElements, checksumHeaders, readUploadChecksum } from './checksum-headers.ts';
import { copiedBody } from './copy-object.ts';
import { checkCopySize, findCopySource } from './copy-source.ts';
import { checkLockIntegrity, readNewLock } from './lock-headers.ts';
import { readProperties } from './object-properties.ts';
import { type ReceivedBody, receiveBody } from './receive-body.ts';
import { type S3Call, type S3Reply, xmlReply } from './s3-call.ts';
import { findBucket, type S3World } from './s3-world.ts';

export function createMultipartUpload(call: S3Call, world: S3World): S3Reply {
  const bucket = findBucket(world, call.bucketName);
  const upload: MultipartUpload = {
    uploadId: world.ids.uuid().replaceAll('-', ''),
    key: call.key,
    initiatedMs: call.nowMs,
    properties: readProperties(call.headers),
    checksum: readUploadChecksum(call.headers),
    ...readNewLock(call, bucket),
    parts: new Map(),
  };
  bucket.uploads.set(upload.uploadId, upload);
  const { algorithm, type } = upload.checksum ?? {};
  return xmlReply(
    writeXml('InitiateMultipartUploadResult', {
      Bucket: bucket.name,
      Key: upload.key,
      UploadId: upload.uploadId,
    }),
    {
      'x-amz-server-side-encryption': 'AES256',
      ...(algorithm ? { 'x-amz-checksum-algorithm': algorithm } : {}),
      ...(type ? { 'x-amz-checksum-type': type } : {}),
    },
  );
}

export async function uploadPart(call: S3Call, world: S3World): Promise<S3Reply> {
  const { bucket, upload } = findUpload(call, world);
  const partNumber = readPartNumber(call);
  const promises = readPromises(call.headers, call.body);
  checkPartAlgorithm(upload, promises.algorithm);
  checkLockIntegrity(upload, promisesIntegrity(promises));
  const wanted = upload.checksum?.algorithm;
  const received = await receiveBody(world, call, { promises, wanted });
  const { etag, checksum } = await keepPart({ bucket, upload, world }, partNumber, received);
  return {
    status: 200,
    headers: {
      etag: `"${etag}"`,
      'x-amz-server-side-encryption': 'AES256',
      ...checksumHeaders(checksum && { ...checksum, type: 'FULL_OBJECT' }),
    },
  };
}

export async function uploadPartCopy(call: S3Call, world: S3World): Promise<S3Reply> {
  const { bucket, upload } = findUpload(call, world);
  const partNumber = readPartNumber(call);
  const source = findCopySource(call, world);
  const { body } = source.version;
  const range = readCopyRange(call.headers.get('x-amz-copy-source-range'), body.sizeBytes);
  const copied = copiedBody(body, range);
  checkCopySize(copied.sizeBytes);
  const wanted = upload.checksum?.algorithm;
  const received = await receiveBody(world, { body: copied }, { promises: {}, wanted });
  const part = await keepPart({ bucket, upload, world }, partNumber, received);
  const document = writeXml('CopyPartResult', {
    LastModified: new Date(part.modifiedMs).toISOString(),
    ETag: `"${part.etag}"`,
    ...checksumElements(part.checksum && { ...part.checksum, type: 'FULL_OBJECT' }),
  });
  return xmlReply(document, source.headers);
}

export async function abortMultipartUpload(call: S3Call, world: S3World): Promise<S3Reply> {
  const { bucket, upload } = findUpload(call, world);
  await dropUpload(bucket, upload);
  return { status: 204 };
}

/** The upload that a call names; another key's is none. */
export function findUpload(
  call: S3Call,
  world: S3World,
): { readonly bucket: Bucket; readonly upload: MultipartUpload } {
  const bucket = findBucket(world, call.bucketName);
  const uploadId = call.query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(uploadId);
  if (upload?.key === call.key) return { bucket, upload };
  throw noSuchUpload(uploadId);
}

/** Forgets an upload and its parts. */
export async function dropUpload(bucket: Bucket, upload: MultipartUpload): Promise<void> {
  bucket.uploads.delete(upload.uploadId);
  for (const { body } of upload.parts.values()) await body.remove();
}

async function keepPart(
  { bucket, upload, world }: { bucket: Bucket; upload: MultipartUpload; world: S3World },
  partNumber: number,
  { body, checked, etag }: ReceivedBody,
): Promise<Part> {
  if (!bucket.uploads.has(upload.uploadId)) {
    await body.remove();
    throw noSuchUpload(upload.uploadId);
  }
  const replaced = upload.parts.get(partNumber);
  const modifiedMs = world.clock.nowMs();
  const part = { partNumber, etag, modifiedMs, body, checksum: checked.checksum };
  upload.parts.set(partNumber, part);
  await replaced?.body.remove();
  return part;
}

/**
 * A part comes with the checksum that the upload was created for: a composite needs it, and an
 * upload without one takes none.
 */
function checkPartAlgorithm({ checksum }: MultipartUpload, given: string | undefined): void {
  if (given === checksum?.algorithm) return;
  if (given === undefined && checksum?.type === 'FULL_OBJECT') return;
  const [expected, actual] = [checksum?.algorithm, given].map((one) => one?.toLowerCase() ?? null);
  throw new S3Error(
    'InvalidRequest',
    `Checksum Type mismatch occurred, expected checksum Type: ${expected}, actual checksum Type: ${actual}`,
  );
}

function readPartNumber({ query }: S3Call): number {
  const text = query.get('partNumber') ?? '';
  const partNumber = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (partNumber >= 1 && partNumber <= PART_NUMBER_MAX) return partNumber;
  throw invalidArgument(
    `Part number must be an integer between 1 and ${PART_NUMBER_MAX}, inclusive`,
    'partNumber',
    text,
  );
}

function noSuchUpload(uploadId: string): S3Error {
  return new S3Error('NoSuchUpload', {
    message:
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    elements: { UploadId: uploadId },
  });
}
