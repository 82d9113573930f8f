import { isAbsolute, join } from 'node:path';
import { AppError } from '../errors/app-error.ts';
import type { StorageCredential, StorageRef } from '../gen/firn/link/v1/work.ts';
import { RetainingStore } from '../repository/immutability/retaining-store.ts';
import type { BlobStore } from '../repository/ports.ts';
import type { Clock } from '../time/clock.ts';
import { AzureStore, blockBytes } from './azure/azure-store.ts';
import { BlockPool } from './block-pool.ts';
import { FolderStore } from './folder/folder-store.ts';
import type { LockMode } from './lock-mode.ts';
import { RetryingStore } from './retrying-store.ts';
import type { S3Credentials } from './s3/s3-connection.ts';
import { S3Store, s3PartBytes } from './s3/s3-store.ts';
import type { BucketState } from './storage-test/storage-check.ts';

export interface ProviderStores {
  /** @param credential asked before every call; never for a folder */
  open(storage: StorageRef, credential: () => Promise<StorageCredential>): BlobStore;
  /** For the test of a storage: what its bucket says of itself, where it says anything. */
  bucketState(
    storage: StorageRef,
    credential: () => Promise<StorageCredential>,
  ): ((signal?: AbortSignal) => Promise<BucketState>) | undefined;
}

interface Blocks {
  readonly azure: BlockPool;
  readonly s3: BlockPool;
}

/** A storage that does not answer is tried for about two minutes. */
const policy = { triesMax: 9, delayMsFirst: 500, delayMsMax: 30_000 };

/**
 * Azure Blob containers, S3 buckets and local folders, with retries of what is
 * safe to repeat, and with the retention that the place asks for.
 */
export function makeProviderStores(clock: Clock, random: () => number): ProviderStores {
  const ports = { clock, random };
  const blocks = { azure: new BlockPool(blockBytes), s3: new BlockPool(s3PartBytes) };
  return {
    open: (storage, credential) => {
      const store = new RetryingStore(bareStore(storage, credential, blocks), { policy, ports });
      const { immutability } = storage;
      if (immutability === undefined) return store;
      const { days } = immutability;
      return new RetainingStore(store, { mode: lockModeOf(immutability.mode), days });
    },
    bucketState: (storage, credential) => {
      if (storage.provider !== 's3') return undefined;
      const store = s3Store(storage, credential, blocks.s3);
      return (signal) => store.bucketState(signal);
    },
  };
}

function bareStore(
  storage: StorageRef,
  credential: () => Promise<StorageCredential>,
  blocks: Blocks,
): BlobStore {
  const { provider, container } = storage;
  switch (provider) {
    case 'azure-blob':
      return azureStore(storage, credential, blocks.azure);
    case 's3':
      return s3Store(storage, credential, blocks.s3);
    case 'folder': {
      if (!isAbsolute(container)) {
        throw new AppError('E_WORK_UNKNOWN', `the folder ${container} is not an absolute path`);
      }
      return new FolderStore({ folder: join(container, storage.prefix) });
    }
    default:
      throw new AppError('E_WORK_UNKNOWN', `this version does not know the storage ${provider}`);
  }
}

function azureStore(
  { endpoint, container, prefix, immutability }: StorageRef,
  credential: () => Promise<StorageCredential>,
  blocks: BlockPool,
): AzureStore {
  const credentials = async () => (await credential()).sasToken;
  const lockMode = immutability && lockModeOf(immutability.mode);
  return new AzureStore({ endpoint, container, prefix, credentials, blocks, lockMode });
}

function s3Store(
  { storageId, endpoint, container, prefix, s3, immutability }: StorageRef,
  credential: () => Promise<StorageCredential>,
  blocks: BlockPool,
): S3Store {
  const { region, pathStyle, caPem } = s3 ?? { region: '', pathStyle: undefined, caPem: '' };
  return new S3Store({
    bucket: container,
    prefix,
    blocks,
    pathStyle,
    endpoint: endpoint || undefined,
    region: region || undefined,
    caPem: caPem || undefined,
    lockMode: immutability && lockModeOf(immutability.mode),
    credentials: async () => s3Credentials(storageId, await credential()),
  });
}

function s3Credentials(storageId: string, { s3Keys }: StorageCredential): S3Credentials {
  if (s3Keys === undefined) {
    throw new AppError('E_WORK_UNKNOWN', `the assignment has no S3 keys for storage ${storageId}`);
  }
  const { accessKeyId, secretAccessKey, sessionToken } = s3Keys;
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) };
}

function lockModeOf(mode: string): LockMode {
  if (mode === 'governance' || mode === 'compliance') return mode;
  throw new AppError('E_WORK_UNKNOWN', `this version does not know the immutability ${mode}`);
}
