import { isAbsolute, join } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';
import type { StorageRef } from '@firn/shared/gen/firn/link/v1/work';
import { AzureStore } from '@firn/shared/object-store/azure/azure-store';
import { FolderStore } from '@firn/shared/object-store/folder/folder-store';
import { RetryingStore } from '@firn/shared/object-store/retrying-store';
import type { BlobStore, Clock } from '@firn/shared/repository/ports';
import type { ObjectStores } from '../../ports/object-stores.ts';

/** A storage that does not answer is tried for about two minutes. */
const policy = { triesMax: 9, delayMsFirst: 500, delayMsMax: 30_000 };

/** Azure Blob containers and local folders, with retries of what is safe to repeat. */
export function makeObjectStores(clock: Clock, random: () => number): ObjectStores {
  const ports = { clock, random };
  return {
    open: (storage, sasToken) => new RetryingStore(bareStore(storage, sasToken), { policy, ports }),
  };
}

function bareStore(storage: StorageRef, credentials: () => Promise<string>): BlobStore {
  const { provider, endpoint, container, prefix } = storage;
  switch (provider) {
    case 'azure-blob':
      return new AzureStore({ endpoint, container, prefix, credentials });
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
