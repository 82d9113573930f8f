import { HeadBucketCommand, PutObjectRetentionCommand } from '@aws-sdk/client-s3';
import { AppError, isAppError } from '../../errors/app-error.ts';
import type { BlobInfo, BlobLocks, HiddenBlob } from '../../repository/ports.ts';
import { blobNotFound } from '../blob-errors.ts';
import type { LockMode } from '../lock-mode.ts';
import type { S3Connection } from './s3-connection.ts';
import { copyObject } from './s3-copy.ts';
import { deleteVersion, historyOf, type KeyHistory, listHistories } from './s3-versions.ts';
import { lockModes } from './s3-write.ts';

export interface S3LocksOptions {
  readonly connection: S3Connection;
  /** Empty or with a trailing slash. */
  readonly root: string;
  readonly mode: LockMode;
  readonly head: (name: string, signal?: AbortSignal) => Promise<BlobInfo | undefined>;
}

/** Object Lock and versions of a bucket. [AWS: object-lock] */
export class S3Locks implements BlobLocks {
  readonly #options: S3LocksOptions;

  constructor(options: S3LocksOptions) {
    this.#options = options;
  }

  async now(signal?: AbortSignal): Promise<number> {
    const { connection } = this.#options;
    const known = connection.clock.now();
    if (known !== undefined) return known;
    const call = { operation: `clock of ${connection.bucket}`, isWrite: false, signal };
    await connection.run(call, 0, ({ client, sent }) =>
      client.send(new HeadBucketCommand({ Bucket: connection.bucket }), sent),
    );
    const told = connection.clock.now();
    if (told !== undefined) return told;
    throw new AppError('E_STORAGE_REFUSED', 'the storage does not tell its time');
  }

  async retain(name: string, untilMs: number, signal?: AbortSignal): Promise<void> {
    const { connection, root, mode } = this.#options;
    const call = { operation: `retention of ${name}`, isWrite: false, needsLock: true, signal };
    const input = {
      Bucket: connection.bucket,
      Key: root + name,
      Retention: { Mode: lockModes[mode], RetainUntilDate: new Date(untilMs) },
    };
    try {
      await connection.run(call, 0, ({ client, sent }) =>
        client.send(new PutObjectRetentionCommand(input), sent),
      );
    } catch (error) {
      // A retention is never shortened: one that is longer already is refused.
      if (!isAppError(error, 'E_STORAGE_DENIED')) throw error;
      const info = await this.#options.head(name, signal);
      if ((info?.lockedUntilMs ?? 0) < untilMs) throw error;
    }
  }

  async *listHidden(prefix: string, signal?: AbortSignal): AsyncGenerator<HiddenBlob> {
    const { connection, root } = this.#options;
    for await (const history of listHistories(connection, root + prefix, signal)) {
      const hidden = hiddenBlob(history.key.slice(root.length), history);
      if (hidden !== undefined) yield hidden;
    }
  }

  async unhide(name: string, signal?: AbortSignal): Promise<void> {
    const { connection, root } = this.#options;
    const key = root + name;
    const history = await historyOf(connection, key, signal);
    const first = history?.versions.at(-1);
    if (history === undefined || first === undefined) throw blobNotFound(name);
    if (history.versions.some(({ tag }) => tag !== first.tag)) {
      const call = { operation: `return of ${name}`, isWrite: false, signal };
      const { versionId, sizeBytes } = first;
      const source = { sourceKey: key, versionId, sizeBytes };
      return await copyObject(connection, { ...source, key, storageClass: 'hot', call });
    }
    for (const { versionId } of history.markers) await deleteVersion(connection, key, versionId);
  }
}

function hiddenBlob(name: string, { versions, markers }: KeyHistory): HiddenBlob | undefined {
  const first = versions.at(-1);
  if (first === undefined) return undefined;
  const size = first.sizeBytes;
  const marker = markers.find(({ isLatest }) => isLatest);
  if (marker !== undefined) return { name, size, how: 'deleted', hiddenAtMs: marker.modifiedAtMs };
  const latest = versions.find(({ isLatest }) => isLatest);
  // A put that was repeated made a second version of the same bytes.
  if (latest === undefined || latest.tag === first.tag) return undefined;
  return { name, size, how: 'replaced', hiddenAtMs: latest.modifiedAtMs };
}
