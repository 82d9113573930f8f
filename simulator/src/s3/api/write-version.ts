import type { ChecksumType } from '../checksum/checksum-algorithm.ts';
import type { Bucket } from '../domain/bucket.ts';
import { readWriteCondition } from '../domain/conditions.ts';
import type { ObjectProperties, ObjectVersion } from '../domain/object-version.ts';
import type { NewLock } from './lock-headers.ts';
import type { ReceivedBody } from './receive-body.ts';
import type { S3Call } from './s3-call.ts';
import { commitVersion, newVersionId, type S3World } from './s3-world.ts';

/** What a new version is made of besides its bytes. */
export interface NewVersion {
  readonly properties: ObjectProperties;
  readonly lock: NewLock;
}

/**
 * Receives a body and makes it the newest version, if the conditions of the call held before and
 * nobody else changed the key meanwhile. Between that look and the change nothing else runs.
 */
export async function writeVersion(
  { call, world, bucket }: { call: S3Call; world: S3World; bucket: Bucket },
  { properties, lock }: NewVersion,
  receive: () => Promise<ReceivedBody>,
): Promise<ObjectVersion> {
  const condition = readWriteCondition(call.headers);
  const watch = condition && bucket.watch(call.key, condition);
  try {
    const { body, checked, etag } = await receive();
    try {
      if (watch) bucket.settle(watch);
    } catch (error) {
      await body.remove();
      throw error;
    }
    const type: ChecksumType = 'FULL_OBJECT';
    const version: ObjectVersion = {
      kind: 'object',
      key: call.key,
      versionId: newVersionId(world, bucket),
      modifiedMs: world.clock.nowMs(),
      etag,
      body,
      properties,
      checksum: checked.checksum && { ...checked.checksum, type },
      ...lock,
      restorations: [],
    };
    await commitVersion(world, bucket, version);
    return version;
  } finally {
    if (watch) bucket.unwatch(watch);
  }
}
