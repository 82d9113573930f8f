import type { StorageCredential, StorageRef } from '@firn/shared/gen/firn/link/v1/work';
import type { BlobStore } from '@firn/shared/repository/ports';

/** Opens the two storages of the job. */
export interface Storages {
  /** @param credential asked before every call; never for a folder */
  open(storage: StorageRef, credential: () => Promise<StorageCredential>): BlobStore;
}
