import { AppError } from '@firn/shared/errors/app-error';
import { mustThaw } from '@firn/shared/storage-class/storage-class';
import type { ObjectStorage, Repository } from './resources.ts';

/** Whether data packs of this storage must be retrieved before they are read. */
export function needsRetrieval(storage: Pick<ObjectStorage, 'storageClass'>): boolean {
  return mustThaw(storage.storageClass);
}

/** A backup job writes and reads its repository: archive classes cannot serve it. */
export function assertBackupTarget(repository: Repository, storage: ObjectStorage): void {
  if (!needsRetrieval(storage)) return;
  throw new AppError(
    'E_ARCHIVE_TARGET',
    `repository "${repository.name}" is extended with object storage "${storage.name}" of class ` +
      `${storage.storageClass}, which can hold copies only: it cannot be the target of a backup job`,
  );
}

export interface CopyEnd {
  readonly repository: Repository;
  readonly proxyName: string;
}

/** A copy stays on one proxy and keeps the retention type. */
export function assertCopyTarget(source: CopyEnd, target: CopyEnd): void {
  const from = source.repository;
  const to = target.repository;
  if (from.id === to.id) {
    throw new AppError(
      'E_COPY_TARGET_SAME',
      `the target of the copy job is repository "${to.name}", which it copies from`,
    );
  }
  if (from.proxyId !== to.proxyId) {
    throw new AppError(
      'E_COPY_TARGET_PROXY',
      `source repository "${from.name}" is on proxy "${source.proxyName}", ` +
        `target repository "${to.name}" is on proxy "${target.proxyName}"`,
    );
  }
  if (from.retention.type !== to.retention.type) {
    throw new AppError(
      'E_COPY_TARGET_RETENTION',
      `source repository "${from.name}" has retention type ${from.retention.type}, ` +
        `target repository "${to.name}" has retention type ${to.retention.type}`,
    );
  }
}
