import { promisesIntegrity, readPromises } from '../checksum/body-checks.ts';
import { type Checksum, checksumHeader } from '../checksum/checksum-algorithm.ts';
import { readWriteCondition } from '../domain/conditions.ts';
import type { ObjectVersion } from '../domain/object-version.ts';
import { checkLockIntegrity, readNewLock } from './lock-headers.ts';
import { readProperties } from './object-properties.ts';
import { receiveBody } from './receive-body.ts';
import type { S3Call, S3Reply } from './s3-call.ts';
import {
  commitVersion,
  findBucket,
  newVersionId,
  type S3World,
  versionHeaders,
} from './s3-world.ts';

/** PutObject: the whole body is verified before the object changes. */
export async function putObject(call: S3Call, world: S3World): Promise<S3Reply> {
  const bucket = findBucket(world, call.bucketName);
  const properties = readProperties(call.headers);
  const promises = readPromises(call.headers, call.body);
  const lock = readNewLock(call.headers, bucket, call.nowMs);
  checkLockIntegrity(lock, promisesIntegrity(promises));
  const condition = readWriteCondition(call.headers);
  const watch = condition && bucket.watch(call.key, condition);
  try {
    const { body, checked, etag } = await receiveBody(world, call, { promises });
    try {
      if (watch) bucket.settle(watch);
    } catch (error) {
      await body.remove();
      throw error;
    }
    const version: ObjectVersion = {
      kind: 'object',
      key: call.key,
      versionId: newVersionId(world, bucket),
      modifiedMs: world.clock.nowMs(),
      etag,
      body,
      properties,
      checksum: checked.checksum && { ...checked.checksum, type: 'FULL_OBJECT' },
      ...lock,
    };
    await commitVersion(bucket, version);
    return {
      status: 200,
      headers: { ...writtenHeaders(version), ...versionHeaders(bucket, version) },
    };
  } finally {
    if (watch) bucket.unwatch(watch);
  }
}

/** What is answered to who wrote an object. */
export function writtenHeaders({
  etag,
  checksum,
}: Pick<ObjectVersion, 'etag' | 'checksum'>): Record<string, string> {
  return {
    etag: `"${etag}"`,
    'x-amz-server-side-encryption': 'AES256',
    ...checksumHeaders(checksum),
  };
}

export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return {
    [checksumHeader(checksum.algorithm)]: checksum.value,
    'x-amz-checksum-type': checksum.type,
  };
}
