import type { ChecksumAlgorithm } from '../checksum/checksum-algorithm.ts';
import type { ObjectProperties, ObjectVersion } from '../domain/object-version.ts';
import { invalidArgument, S3Error } from '../domain/s3-error.ts';
import { readStorageClass } from '../domain/storage-class.ts';
import { writeXml } from '../xml/xml-writer.ts';
import { checksumElements, readAlgorithm } from './checksum-headers.ts';
import { checkCopySize, findCopySource } from './copy-source.ts';
import { readNewLock } from './lock-headers.ts';
import { readProperties } from './object-properties.ts';
import { receiveBody } from './receive-body.ts';
import { billedAs, type S3Call, type S3Reply, xmlReply } from './s3-call.ts';
import { findBucket, type S3World, versionHeaders } from './s3-world.ts';
import { writeVersion } from './write-version.ts';

/** CopyObject: bytes are read and written anew, so that a copy has checksums of its own. */
export async function copyObject(call: S3Call, world: S3World): Promise<S3Reply> {
  const bucket = findBucket(world, call.bucketName);
  const source = findCopySource(call, world);
  checkCopySize(source.version.body.sizeBytes);
  const properties = copiedProperties(call, source.version);
  checkChange(call, source.bucketName, source.version);
  const lock = readNewLock(call, bucket);
  const wanted = wantedChecksum(call, source.version);
  const body = copiedBody(source.version.body);
  const version = await writeVersion({ call, world, bucket }, { properties, lock }, () =>
    receiveBody(world, { body }, { promises: {}, wanted }),
  );
  const document = writeXml('CopyObjectResult', {
    LastModified: new Date(version.modifiedMs).toISOString(),
    ETag: `"${version.etag}"`,
    ...checksumElements(version.checksum),
  });
  const headers = { ...source.headers, ...versionHeaders(bucket, version) };
  return billedAs(properties.storageClass, xmlReply(document, headers));
}

function wantedChecksum(
  { headers }: S3Call,
  { checksum }: ObjectVersion,
): ChecksumAlgorithm | undefined {
  const named = headers.get('x-amz-checksum-algorithm');
  return named === undefined ? checksum?.algorithm : readAlgorithm(named);
}

/** Stored bytes as the body of a request. */
export function copiedBody(
  body: ObjectVersion['body'],
  range: { readonly start: number; readonly end: number } = { start: 0, end: body.sizeBytes },
): S3Call['body'] {
  return {
    sizeBytes: range.end - range.start,
    trailerNames: [],
    trailer: new Map(),
    stream: () => body.read(range.start, range.end),
  };
}

function copiedProperties(call: S3Call, { properties }: ObjectVersion): ObjectProperties {
  const given = readProperties(call.headers);
  if (directive(call) === 'REPLACE') return given;
  // the storage class of a copy is that of the request, never that of the source
  return {
    ...properties,
    storageClass: readStorageClass(call.headers.get('x-amz-storage-class')),
  };
}

function checkChange(call: S3Call, sourceBucket: string, source: ObjectVersion): void {
  const same = sourceBucket === call.bucketName && source.key === call.key;
  const changes =
    directive(call) === 'REPLACE' ||
    call.headers.has('x-amz-storage-class') ||
    (call.headers.get('x-amz-copy-source') ?? '').includes('?versionId=');
  if (!same || changes) return;
  throw new S3Error(
    'InvalidRequest',
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

function directive({ headers }: S3Call): string {
  const text = headers.get('x-amz-metadata-directive') ?? 'COPY';
  if (text === 'COPY' || text === 'REPLACE') return text;
  throw invalidArgument('Unknown metadata directive.', 'x-amz-metadata-directive', text);
}
