import type { StorageCredential, StorageRef } from '../gen/firn/link/v1/work.ts';

/**
 * Opens the storages of one provider, which share its blocks.
 * @param credential asked before every call
 */
export type StoreOpener<Store> = (
  storage: StorageRef,
  credential: () => Promise<StorageCredential>,
) => Store;
