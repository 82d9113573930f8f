import type { Bucket } from '../domain/bucket.ts';
import type { ObjectVersion } from '../domain/object-version.ts';
import { invalidArgument, S3Error } from '../domain/s3-error.ts';
import { isAllowed } from '../signing/credentials.ts';
import type { S3Call } from './s3-call.ts';

/** The version that a call names, or the newest; delete markers are refused as S3 does. */
export function findVersion(
  bucket: Bucket,
  call: Pick<S3Call, 'key' | 'credential'>,
  versionId: string | undefined,
): ObjectVersion {
  const version =
    versionId === undefined
      ? bucket.versionsOf(call.key)[0]
      : bucket.version(call.key, checkVersionId(versionId));
  if (version?.kind === 'object') return version;
  if (!version) throw missing(call, versionId);
  const headers = { 'x-amz-delete-marker': 'true', 'x-amz-version-id': version.versionId };
  if (versionId === undefined) {
    throw new S3Error('NoSuchKey', {
      message: 'The specified key does not exist.',
      elements: { Key: call.key },
      headers,
    });
  }
  throw new S3Error('MethodNotAllowed', {
    message: 'The specified method is not allowed against this resource.',
    elements: { ResourceType: 'DeleteMarker' },
    headers: { ...headers, allow: 'DELETE' },
  });
}

/** Version ids are `null` or 32 hexadecimal digits here; an empty one is refused as by S3. */
export function checkVersionId(versionId: string): string {
  if (versionId === 'null' || /^[0-9a-f]{32}$/.test(versionId)) return versionId;
  if (versionId === '') {
    throw invalidArgument('Version id cannot be the empty string', 'versionId', versionId);
  }
  throw invalidArgument('Invalid version id specified', 'versionId', versionId);
}

function missing(
  { key, credential }: Pick<S3Call, 'key' | 'credential'>,
  versionId: string | undefined,
): S3Error {
  // who may not list does not learn what is there [Amazon S3 API: GetObject, Permissions]
  if (!isAllowed(credential, 's3:ListBucket')) return new S3Error('AccessDenied', 'Access Denied');
  if (versionId === undefined) {
    return new S3Error('NoSuchKey', {
      message: 'The specified key does not exist.',
      elements: { Key: key },
    });
  }
  return new S3Error('NoSuchVersion', {
    message: 'The specified version does not exist.',
    elements: { Key: key, VersionId: versionId },
  });
}
