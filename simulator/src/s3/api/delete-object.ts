import type { Bucket } from '../domain/bucket.ts';
import { checkWriteCondition, readWriteCondition } from '../domain/conditions.ts';
import { checkDeletable } from '../domain/object-lock.ts';
import { invalidArgument, S3Error } from '../domain/s3-error.ts';
import { isAllowed } from '../signing/credentials.ts';
import { checkVersionId } from './find-version.ts';
import type { S3Call, S3Reply } from './s3-call.ts';
import { commitVersion, dropVersion, findBucket, newVersionId, type S3World } from './s3-world.ts';

/** What a deletion did. */
export interface Deletion {
  /** The version that is gone, or the delete marker that was made. */
  readonly versionId?: string;
  readonly deleteMarker: boolean;
}

/** DeleteObject: what is not there is deleted too. */
export async function deleteObject(call: S3Call, world: S3World): Promise<S3Reply> {
  const bucket = findBucket(world, call.bucketName);
  const condition = readWriteCondition(call.headers);
  if (condition) checkWriteCondition(condition, bucket.current(call.key));
  const versionId = call.query.get('versionId');
  const { deleteMarker, versionId: gone } = await deleteVersion(
    { world, bucket, call },
    { key: call.key, versionId },
  );
  return {
    status: 204,
    headers: {
      ...(deleteMarker ? { 'x-amz-delete-marker': 'true' } : {}),
      ...(gone === undefined ? {} : { 'x-amz-version-id': gone }),
    },
  };
}

/** Deletes one version for good, or hides a key behind a delete marker. */
export async function deleteVersion(
  { world, bucket, call }: { world: S3World; bucket: Bucket; call: S3Call },
  { key, versionId }: { key: string; versionId: string | undefined },
): Promise<Deletion> {
  if (versionId !== undefined) return deleteForGood({ world, bucket, call }, { key, versionId });
  if (bucket.versioning === 'off') {
    await removeVersion({ world, bucket }, { key, versionId: 'null' });
    return { deleteMarker: false };
  }
  const marker = {
    kind: 'marker',
    key,
    versionId: newVersionId(world, bucket),
    modifiedMs: world.clock.nowMs(),
  } as const;
  await commitVersion(world, bucket, marker);
  return { deleteMarker: true, versionId: marker.versionId };
}

async function deleteForGood(
  { world, bucket, call }: { world: S3World; bucket: Bucket; call: S3Call },
  { key, versionId }: { key: string; versionId: string },
): Promise<Deletion> {
  if (!isAllowed(call.credential, 's3:DeleteObjectVersion')) {
    throw new S3Error('AccessDenied', 'Access Denied');
  }
  const version = bucket.version(key, checkVersionId(versionId));
  if (version?.kind === 'object') {
    checkDeletable(version, { nowMs: call.nowMs, bypassGovernance: readBypass(call) });
  }
  await removeVersion({ world, bucket }, { key, versionId });
  return { deleteMarker: version?.kind === 'marker', versionId };
}

async function removeVersion(
  { world, bucket }: { world: S3World; bucket: Bucket },
  { key, versionId }: { key: string; versionId: string },
): Promise<void> {
  const version = bucket.version(key, versionId);
  if (!version) return;
  bucket.remove(version);
  await dropVersion(world, version);
}

/** Whether the caller asks to bypass governance, and may. */
export function readBypass({ headers, credential }: S3Call): boolean {
  const text = headers.get('x-amz-bypass-governance-retention') ?? 'false';
  if (text !== 'true' && text !== 'false') {
    throw invalidArgument('It must be true or false', 'x-amz-bypass-governance-retention', text);
  }
  return text === 'true' && isAllowed(credential, 's3:BypassGovernanceRetention');
}
