import {
  DeleteObjectCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  HeadObjectCommand,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandOutput,
} from '@aws-sdk/client-s3';
import { isAppError } from '../../errors/app-error.ts';
import { blobLocked } from '../blob-errors.ts';
import type { BucketState } from '../storage-test/storage-check.ts';
import type { S3Connection, S3Session } from './s3-connection.ts';

/** One version of a key. */
export interface KeyVersion {
  readonly versionId: string;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  readonly tag: string;
  readonly isLatest: boolean;
}

/** All that a versioned bucket has under a key, each newest first. */
export interface KeyHistory {
  readonly key: string;
  readonly versions: readonly KeyVersion[];
  /** Delete markers: what a deletion without a version leaves. */
  readonly markers: readonly KeyVersion[];
}

/** Whether deletions leave versions behind. A storage that does not know the question has none. */
export async function isVersioned(connection: S3Connection): Promise<boolean> {
  const call = { operation: `versioning of ${connection.bucket}`, isWrite: false };
  try {
    const { Status } = await connection.run(call, 0, ({ client, sent }) =>
      client.send(new GetBucketVersioningCommand({ Bucket: connection.bucket }), sent),
    );
    return Status !== undefined;
  } catch (error) {
    if (isAppError(error, 'E_STORAGE_REFUSED') || isAppError(error, 'E_STORAGE_DENIED')) {
      return false;
    }
    throw error;
  }
}

/** For the test of a storage; a storage that does not know the questions has neither. */
export async function bucketState(
  connection: S3Connection,
  signal?: AbortSignal,
): Promise<BucketState> {
  const call = { operation: `state of ${connection.bucket}`, isWrite: false, signal };
  const Bucket = connection.bucket;
  const asked = async <Reply>(ask: (session: S3Session) => Promise<Reply>) => {
    try {
      return await connection.run(call, 0, ask);
    } catch (error) {
      const isUnknown = isAppError(error, 'E_STORAGE_REFUSED') || isAppError(error, noLocks);
      if (isUnknown || isAppError(error, 'E_BLOB_NOT_FOUND')) return undefined;
      throw error;
    }
  };
  const versioning = await asked(({ client, sent }) =>
    client.send(new GetBucketVersioningCommand({ Bucket }), sent),
  );
  const lock = await asked(({ client, sent }) =>
    client.send(new GetObjectLockConfigurationCommand({ Bucket }), sent),
  );
  return {
    versioning: versioningNames[versioning?.Status ?? ''] ?? 'off',
    objectLock: lock?.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled',
  };
}

const noLocks = 'E_STORAGE_NO_LOCKS';
const versioningNames: Readonly<Record<string, BucketState['versioning']>> = {
  Enabled: 'on',
  Suspended: 'suspended',
};

/** In order of keys, a page of versions at a time in memory. */
export async function* listHistories(
  connection: S3Connection,
  keyPrefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<KeyHistory> {
  const call = { operation: `list of versions below ${keyPrefix}`, isWrite: false, signal };
  let markers: { KeyMarker?: string; VersionIdMarker?: string } | undefined = {};
  // The history of a page's last key may go on in the next page.
  let open: KeyHistory | undefined;
  while (markers !== undefined) {
    const input = { Bucket: connection.bucket, Prefix: keyPrefix, ...markers };
    const page: ListObjectVersionsCommandOutput = await connection.run(call, 0, (session) =>
      session.client.send(new ListObjectVersionsCommand(input), session.sent),
    );
    for (const history of historiesOf(page)) {
      if (open?.key === history.key) {
        open = joined(open, history);
        continue;
      }
      if (open !== undefined) yield open;
      open = history;
    }
    markers = page.IsTruncated ? nextMarkers(page) : undefined;
  }
  if (open !== undefined) yield open;
}

/** undefined when the bucket has nothing under the key. */
export async function historyOf(
  connection: S3Connection,
  key: string,
  signal: AbortSignal | undefined,
): Promise<KeyHistory | undefined> {
  // The key itself comes before all keys that only begin with it.
  for await (const history of listHistories(connection, key, signal)) {
    return history.key === key ? history : undefined;
  }
  return undefined;
}

/**
 * Removes every version, so that nothing is billed any more. A locked one stays
 * and the key readable: E_BLOB_LOCKED.
 */
export async function deleteHistory(
  connection: S3Connection,
  history: KeyHistory,
  name: string,
): Promise<void> {
  for (const { versionId } of history.versions) {
    await deleteUnlessLocked(connection, { key: history.key, name, versionId });
  }
  // Not before: without its marker a version that is left could be seen again.
  for (const { versionId } of history.markers) {
    await deleteVersion(connection, history.key, versionId);
  }
}

export async function deleteVersion(
  connection: S3Connection,
  key: string,
  versionId: string,
): Promise<void> {
  const call = { operation: `delete of a version of ${key}`, isWrite: false };
  const input = { Bucket: connection.bucket, Key: key, VersionId: versionId };
  await connection.run(call, 0, ({ client, sent }) =>
    client.send(new DeleteObjectCommand(input), sent),
  );
}

interface VersionPlace {
  readonly key: string;
  readonly name: string;
  readonly versionId: string;
}

/** S3 says AccessDenied both of a locked version and of a missing permission. */
async function deleteUnlessLocked(connection: S3Connection, place: VersionPlace): Promise<void> {
  try {
    await deleteVersion(connection, place.key, place.versionId);
  } catch (error) {
    if (!isAppError(error, 'E_STORAGE_DENIED')) throw error;
    const untilMs = await retainedUntilMs(connection, place).catch(() => undefined);
    if (untilMs === undefined || untilMs <= (connection.clock.now() ?? 0)) throw error;
    throw blobLocked(place.name, untilMs);
  }
}

async function retainedUntilMs(
  connection: S3Connection,
  { key, versionId }: VersionPlace,
): Promise<number | undefined> {
  const call = { operation: `retention of ${key}`, isWrite: false };
  const input = { Bucket: connection.bucket, Key: key, VersionId: versionId };
  const reply = await connection.run(call, 0, ({ client, sent }) =>
    client.send(new HeadObjectCommand(input), sent),
  );
  return reply.ObjectLockRetainUntilDate?.getTime();
}

function historiesOf(page: ListObjectVersionsCommandOutput): KeyHistory[] {
  const byKey = new Map<string, { versions: KeyVersion[]; markers: KeyVersion[] }>();
  const of = (key: string) => {
    const known = byKey.get(key) ?? { versions: [], markers: [] };
    byKey.set(key, known);
    return known;
  };
  for (const item of page.Versions ?? []) of(item.Key ?? '').versions.push(versionOf(item));
  for (const item of page.DeleteMarkers ?? []) of(item.Key ?? '').markers.push(versionOf(item));
  // Keys are ASCII, so code units are bytes.
  return [...byKey.keys()].sort().map((key) => ({ key, ...of(key) }));
}

function versionOf(item: {
  readonly VersionId?: string | undefined;
  readonly Size?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
  readonly IsLatest?: boolean | undefined;
}): KeyVersion {
  return {
    versionId: item.VersionId ?? 'null',
    sizeBytes: item.Size ?? 0,
    modifiedAtMs: item.LastModified?.getTime() ?? 0,
    tag: item.ETag ?? '',
    isLatest: item.IsLatest ?? false,
  };
}

function joined(before: KeyHistory, after: KeyHistory): KeyHistory {
  return {
    key: before.key,
    versions: [...before.versions, ...after.versions],
    markers: [...before.markers, ...after.markers],
  };
}

function nextMarkers(page: ListObjectVersionsCommandOutput) {
  const { NextKeyMarker, NextVersionIdMarker } = page;
  return {
    ...(NextKeyMarker !== undefined && { KeyMarker: NextKeyMarker }),
    ...(NextVersionIdMarker !== undefined && { VersionIdMarker: NextVersionIdMarker }),
  };
}
