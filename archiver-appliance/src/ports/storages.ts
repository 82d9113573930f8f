import type { StorageRef } from '@firn/shared/gen/firn/link/v1/work';
import type { BlobStore } from '@firn/shared/repository/ports';

/** Opens the two storages of the job. */
export interface Storages {
  /** @param sasToken asked before every call; empty for a folder */
  open(storage: StorageRef, sasToken: () => Promise<string>): BlobStore;
}
