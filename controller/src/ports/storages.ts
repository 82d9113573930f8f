import type { StorageCredential } from '@firn/shared/gen/firn/link/v1/work';

export interface AzureAccount {
  readonly provider: 'azure-blob';
  readonly endpoint: string;
  readonly accountName: string;
  readonly accountKey: string;
  readonly container: string;
}

export interface S3Account {
  readonly provider: 's3';
  /** null for AWS itself. */
  readonly endpoint: string | null;
  readonly region: string;
  readonly pathStyle: boolean;
  /** PEM of a private CA. */
  readonly caPem?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly bucket: string;
}

/** An account of an object storage, with its key. */
export type StorageAccount = AzureAccount | S3Account;

/** What the controller itself does with object storage: next to nothing. */
export interface StorageAccounts {
  /**
   * Makes sure that the container is there; a bucket must have been made before.
   * E_STORAGE_DENIED, E_STORAGE_UNAVAILABLE, E_STORAGE_CONTAINER_NOT_FOUND.
   */
  prepare(account: StorageAccount): Promise<void>;
  /**
   * Rights on the container alone, for a time. S3 knows none without a role: there
   * it is the keys themselves, which do not expire.
   */
  mint(
    account: StorageAccount,
    access: 'read' | 'write',
    lifeMs: number,
  ): Omit<StorageCredential, 'storageId'>;
}

export interface NewHeader {
  /** The bytes of header/0. */
  readonly header: Uint8Array;
  readonly rootKey: Uint8Array;
}

/** Makes the root key of a new repository and the header that wraps it. */
export type HeaderMaker = (options: {
  readonly repositoryId: string;
  readonly password: string | undefined;
}) => Promise<NewHeader>;
