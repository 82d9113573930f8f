import type { Clock } from '../../ports/clock.ts';
import type { Ids } from '../../ports/ids.ts';
import type { TokenSealer } from '../../ports/token-sealer.ts';
import type { BodyStore } from '../bodies/body-store.ts';
import type { RestoreDesk } from '../control/restore-desk.ts';
import type { StorageBill } from '../control/storage-bill.ts';
import { Bucket } from '../domain/bucket.ts';
import { type AnyVersion, NULL_VERSION } from '../domain/object-version.ts';
import { S3Error } from '../domain/s3-error.ts';

/** The canonical id of the one account that owns everything. */
export const OWNER_ID = '75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a';
/** Its account number, for `x-amz-expected-bucket-owner`. */
export const ACCOUNT_ID = '111122223333';
export const OWNER = { ID: OWNER_ID, DisplayName: 'owner' };

/** What operations work on. */
export interface S3World {
  readonly buckets: Map<string, Bucket>;
  readonly bodies: BodyStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly sealer: TokenSealer;
  readonly region: string;
  readonly restores: RestoreDesk;
  readonly bill: StorageBill;
  /** ETags are not MD5 sums, as with encryption by KMS on S3. */
  readonly opaqueEtags: boolean;
}

export function findBucket({ buckets }: S3World, name: string): Bucket {
  const bucket = buckets.get(name);
  if (bucket) return bucket;
  throw new S3Error('NoSuchBucket', {
    message: 'The specified bucket does not exist',
    elements: { BucketName: name },
  });
}

export function makeBucket({ buckets, clock }: S3World, name: string): Bucket {
  const bucket = new Bucket(name, clock.nowMs());
  buckets.set(name, bucket);
  return bucket;
}

export function newVersionId({ ids }: S3World, { versioning }: Bucket): string {
  return versioning === 'enabled' ? ids.uuid().replaceAll('-', '') : NULL_VERSION;
}

/** `x-amz-version-id` as it is answered: not at all before versioning was ever enabled. */
export function versionHeaders(
  { versioning }: Bucket,
  { versionId }: { readonly versionId: string },
): Readonly<Record<string, string>> {
  return versioning === 'off' ? {} : { 'x-amz-version-id': versionId };
}

/** Makes a version the newest and removes the bytes of the one that it replaces. */
export async function commitVersion(
  world: S3World,
  bucket: Bucket,
  version: AnyVersion,
): Promise<void> {
  const replaced = bucket.put(version);
  if (replaced) await dropVersion(world, replaced);
}

/** For a version that was taken out of its bucket: ends its bill, and removes its bytes. */
export async function dropVersion({ bill, clock }: S3World, version: AnyVersion): Promise<void> {
  if (version.kind === 'marker') return;
  bill.ended(version, clock.nowMs());
  await version.body.remove();
}
