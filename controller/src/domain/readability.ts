import { AppError } from '@firn/shared/errors/app-error';
import { mustThaw } from '@firn/shared/storage-class/storage-class';
import { type RestorePoint, type Retrieval, storedIdOf } from './restore-point.ts';
import { isReadable } from './retrieval-state.ts';

/** Refuses to restore what lies in an archive class without a retrieval that has begun. */
export function assertReadable(point: RestorePoint, retrieval: Retrieval | undefined): void {
  if (retrieval === undefined) {
    if (!mustThaw(point.storageClass)) return;
    throw new AppError(
      'E_RETRIEVAL_REQUIRED',
      `restore point ${point.id} lies in class ${point.storageClass} and cannot be read without a retrieval`,
    );
  }
  assertOfPoint(point, retrieval);
  if (!isReadable(retrieval.state)) {
    throw new AppError(
      'E_RETRIEVAL_NOT_READY',
      `retrieval ${retrieval.id} is ${retrieval.state}, and nothing of it can be read`,
    );
  }
}

export function assertOfPoint(point: RestorePoint, retrieval: Retrieval): void {
  if (retrieval.restorePointId === storedIdOf(point)) return;
  throw new AppError(
    'E_RETRIEVAL_MISMATCH',
    `retrieval ${retrieval.id} is of restore point ${retrieval.restorePointId}, not of ${point.id}`,
  );
}
