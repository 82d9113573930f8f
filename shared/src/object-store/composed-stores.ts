import { isAbsolute, join } from 'node:path';
import { AppError } from '../errors/app-error.ts';
import type { StorageCredential, StorageRef } from '../gen/firn/link/v1/work.ts';
import { RetainingStore } from '../repository/immutability/retaining-store.ts';
import type { BlobStore } from '../repository/ports.ts';
import type { Clock } from '../time/clock.ts';
import type { RetryOptions } from '../time/retry.ts';
import { FolderStore } from './folder/folder-store.ts';
import { lockModeOf } from './lock-mode-of.ts';
import { RetryingStore } from './retrying-store.ts';
import type { S3Store } from './s3/s3-store.ts';
import type { BucketState } from './storage-test/storage-check.ts';
import type { StoreOpener } from './store-opener.ts';

export interface ProviderStores {
  /** @param credential asked before every call; never for a folder */
  open(storage: StorageRef, credential: () => Promise<StorageCredential>): BlobStore;
  /** For the test of a storage: what its bucket says of itself, where it says anything. */
  bucketState(
    storage: StorageRef,
    credential: () => Promise<StorageCredential>,
  ): ((signal?: AbortSignal) => Promise<BucketState>) | undefined;
}

/** The providers whose clients were loaded; folders need none. */
export interface Openers {
  readonly azure?: StoreOpener<BlobStore>;
  readonly s3?: StoreOpener<S3Store>;
}

export interface StorePorts {
  readonly clock: Clock;
  readonly random: () => number;
  /** Told before each wait for a storage that does not answer. */
  readonly onRetry?: RetryOptions['onRetry'];
}

/** A storage that does not answer is tried for about two minutes. */
const policy = { triesMax: 9, delayMsFirst: 500, delayMsMax: 30_000 };

/**
 * Storages of some providers and local folders, with retries of what is
 * safe to repeat, and with the retention that the place asks for.
 */
export function composeStores(ports: StorePorts, openers: Openers): ProviderStores {
  return {
    open: (storage, credential) => {
      const { onRetry } = ports;
      const bare = bareStore(openers, storage, credential);
      const store = new RetryingStore(bare, { policy, ports, ...(onRetry && { onRetry }) });
      const { immutability } = storage;
      if (immutability === undefined) return store;
      const { days } = immutability;
      return new RetainingStore(store, { mode: lockModeOf(immutability.mode), days });
    },
    bucketState: (storage, credential) => {
      if (storage.provider !== 's3') return undefined;
      const store = openers.s3?.(storage, credential);
      return store && ((signal) => store.bucketState(signal));
    },
  };
}

function bareStore(
  { azure, s3 }: Openers,
  storage: StorageRef,
  credential: () => Promise<StorageCredential>,
): BlobStore {
  const { provider, container } = storage;
  if (provider === 'azure-blob' && azure !== undefined) return azure(storage, credential);
  if (provider === 's3' && s3 !== undefined) return s3(storage, credential);
  if (provider !== 'folder') {
    throw new AppError('E_WORK_UNKNOWN', `this version does not know the storage ${provider}`);
  }
  if (!isAbsolute(container)) {
    throw new AppError('E_WORK_UNKNOWN', `the folder ${container} is not an absolute path`);
  }
  return new FolderStore({ folder: join(container, storage.prefix) });
}
