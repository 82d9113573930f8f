import { checkReadConditions, preconditionFailed } from '../domain/conditions.ts';
import type { ObjectVersion } from '../domain/object-version.ts';
import { checkReadable } from '../domain/restoration.ts';
import { invalidArgument, S3Error } from '../domain/s3-error.ts';
import { decodeOnce } from '../signing/canonical-request.ts';
import { isAllowed } from '../signing/credentials.ts';
import { findVersion } from './find-version.ts';
import type { S3Call } from './s3-call.ts';
import { findBucket, type S3World, versionHeaders } from './s3-world.ts';

/** The headers of a copy that say what of the source is wanted. */
export const COPY_SOURCE_HEADERS = [
  'x-amz-copy-source-if-match',
  'x-amz-copy-source-if-modified-since',
  'x-amz-copy-source-if-none-match',
  'x-amz-copy-source-if-unmodified-since',
];

const SOURCE_BYTES_MAX = 5 * 1024 ** 3;

/** The version that a copy reads. */
export interface CopySource {
  readonly version: ObjectVersion;
  readonly bucketName: string;
  /** `x-amz-copy-source-version-id`, where the source's bucket has versions. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Finds the source of CopyObject and UploadPartCopy: permitted, readable, as the conditions want. */
export function findCopySource(call: S3Call, world: S3World): CopySource {
  const { bucketName, key, versionId } = readCopySource(call.headers);
  if (!isAllowed(call.credential, 's3:GetObject')) {
    throw new S3Error('AccessDenied', 'Access Denied');
  }
  const bucket = findBucket(world, bucketName);
  const version = findVersion(bucket, { key, credential: call.credential }, versionId);
  const outcome = checkReadConditions(call.headers, version, 'x-amz-copy-source-');
  if (outcome === 'not-modified') throw preconditionFailed('x-amz-copy-source-If-None-Match');
  checkReadable(version, world.clock.nowMs());
  const known = versionHeaders(bucket, version)['x-amz-version-id'];
  return {
    version,
    bucketName,
    headers: known === undefined ? {} : { 'x-amz-copy-source-version-id': known },
  };
}

/** One copy moves at most 5 GiB. */
export function checkCopySize(sizeBytes: number): void {
  if (sizeBytes <= SOURCE_BYTES_MAX) return;
  throw new S3Error(
    'InvalidRequest',
    `The specified copy source is larger than the maximum allowable size for a copy source: ${SOURCE_BYTES_MAX}`,
  );
}

function readCopySource(headers: ReadonlyMap<string, string>): {
  bucketName: string;
  key: string;
  versionId: string | undefined;
} {
  const text = headers.get('x-amz-copy-source') ?? '';
  const [path = '', query] = text.split('?', 2);
  const [, bucketName, key] = /^\/?([^/]+)\/(.+)$/s.exec(decodeOnce(path)) ?? [];
  const versionId = query === undefined ? undefined : /^versionId=(.+)$/.exec(query)?.[1];
  if (bucketName && key && (query === undefined || versionId !== undefined)) {
    return { bucketName, key, versionId };
  }
  throw invalidArgument(
    'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
    'x-amz-copy-source',
    text,
  );
}
