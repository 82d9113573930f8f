import { AppError } from '@firn/shared/errors/app-error';
import { mustThaw } from '@firn/shared/storage-class/storage-class';
import type { RestorePoint, Retrieval } from './restore-point.ts';

/** Refuses to restore what lies in an archive class without a retrieval that is ready. */
export function assertReadable(point: RestorePoint, retrieval: Retrieval | undefined): void {
  if (retrieval === undefined) {
    if (!mustThaw(point.storageClass)) return;
    throw new AppError(
      'E_RETRIEVAL_REQUIRED',
      `restore point ${point.id} lies in class ${point.storageClass} and cannot be read without a retrieval`,
    );
  }
  assertOfPoint(point, retrieval);
  if (retrieval.state !== 'retrieved') {
    throw new AppError(
      'E_RETRIEVAL_NOT_READY',
      `retrieval ${retrieval.id} is ${retrieval.state}, not retrieved`,
    );
  }
}

export function assertOfPoint(point: RestorePoint, retrieval: Retrieval): void {
  if (retrieval.restorePointId === point.id) return;
  throw new AppError(
    'E_RETRIEVAL_MISMATCH',
    `retrieval ${retrieval.id} is of restore point ${retrieval.restorePointId}, not of ${point.id}`,
  );
}
