import type { StorageRef } from '@firn/shared/gen/firn/link/v1/work';
import type { BlobStore } from '@firn/shared/repository/ports';

/** Opens object storages. */
export interface ObjectStores {
  /**
   * @param sasToken asked whenever the token at hand nears its end; empty for a folder
   */
  open(storage: StorageRef, sasToken: () => Promise<string>): BlobStore;
}
