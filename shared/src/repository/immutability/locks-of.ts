import { AppError } from '../../errors/app-error.ts';
import type { BlobLocks, BlobStore } from '../ports.ts';

/** What the store can do with locks and versions. E_STORAGE_NO_LOCKS when nothing. */
export function locksOf({ locks }: BlobStore): BlobLocks {
  if (locks !== undefined) return locks;
  throw new AppError('E_STORAGE_NO_LOCKS', 'the storage has neither locks nor earlier versions');
}
