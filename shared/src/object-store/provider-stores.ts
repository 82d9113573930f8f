import { isAbsolute, join } from 'node:path';
import { AppError } from '../errors/app-error.ts';
import type { StorageRef } from '../gen/firn/link/v1/work.ts';
import type { BlobStore } from '../repository/ports.ts';
import type { Clock } from '../time/clock.ts';
import { AzureStore, blockBytes } from './azure/azure-store.ts';
import { BlockPool } from './block-pool.ts';
import { FolderStore } from './folder/folder-store.ts';
import { RetryingStore } from './retrying-store.ts';

export interface ProviderStores {
  /** @param sasToken asked before every call; empty for a folder */
  open(storage: StorageRef, sasToken: () => Promise<string>): BlobStore;
}

/** A storage that does not answer is tried for about two minutes. */
const policy = { triesMax: 9, delayMsFirst: 500, delayMsMax: 30_000 };

/** Azure Blob containers and local folders, with retries of what is safe to repeat. */
export function makeProviderStores(clock: Clock, random: () => number): ProviderStores {
  const ports = { clock, random };
  const blocks = new BlockPool(blockBytes);
  return {
    open: (storage, sasToken) =>
      new RetryingStore(bareStore(storage, sasToken, blocks), { policy, ports }),
  };
}

function bareStore(
  storage: StorageRef,
  credentials: () => Promise<string>,
  blocks: BlockPool,
): BlobStore {
  const { provider, endpoint, container, prefix } = storage;
  switch (provider) {
    case 'azure-blob':
      return new AzureStore({ endpoint, container, prefix, credentials, blocks });
    case 'folder': {
      if (!isAbsolute(container)) {
        throw new AppError('E_WORK_UNKNOWN', `the folder ${container} is not an absolute path`);
      }
      return new FolderStore({ folder: join(container, prefix) });
    }
    default:
      throw new AppError('E_WORK_UNKNOWN', `this version does not know the storage ${provider}`);
  }
}
