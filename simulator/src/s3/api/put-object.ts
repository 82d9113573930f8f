import { promisesIntegrity, readPromises } from '../checksum/body-checks.ts';
import type { ObjectVersion } from '../domain/object-version.ts';
import { checksumHeaders } from './checksum-headers.ts';
import { checkLockIntegrity, readNewLock } from './lock-headers.ts';
import { readProperties } from './object-properties.ts';
import { receiveBody } from './receive-body.ts';
import type { S3Call, S3Reply } from './s3-call.ts';
import { findBucket, type S3World, versionHeaders } from './s3-world.ts';
import { writeVersion } from './write-version.ts';

/** PutObject: the whole body is verified before the object changes. */
export async function putObject(call: S3Call, world: S3World): Promise<S3Reply> {
  const bucket = findBucket(world, call.bucketName);
  const properties = readProperties(call.headers);
  const promises = readPromises(call.headers, call.body);
  const lock = readNewLock(call, bucket);
  checkLockIntegrity(lock, promisesIntegrity(promises));
  const version = await writeVersion({ call, world, bucket }, { properties, lock }, () =>
    receiveBody(world, call, { promises }),
  );
  return {
    status: 200,
    headers: { ...writtenHeaders(version), ...versionHeaders(bucket, version) },
    billed: properties,
  };
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
