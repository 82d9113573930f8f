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
  /** The keys may do nothing but assume it. */
  readonly roleArn?: string;
  readonly roleExternalId?: string;
  /** Default: AWS's in the region. */
  readonly stsEndpoint?: string;
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
   * it is the keys themselves, which do not expire. With a role: E_STORAGE_DENIED,
   * E_STORAGE_UNAVAILABLE, E_STORAGE_REFUSED.
   */
  mint(
    account: StorageAccount,
    access: 'read' | 'write',
    lifeMs: number,
  ): Promise<Omit<StorageCredential, 'storageId'>>;
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
  /** A key of the key service that wraps the root key as well. */
  readonly kmsKeyId: string | undefined;
}) => Promise<NewHeader>;

/** A password or key that opens a repository; nothing of it is secret. */
export interface KeySlot {
  readonly id: string;
  readonly label: string;
  readonly type: 'open' | 'password' | 'kms';
  /** What the key service calls the key. */
  readonly kmsKeyId: string | undefined;
}

export interface KeyEpoch {
  readonly epoch: number;
  /** Its root key lay open in the header, at any time. */
  readonly open: boolean;
  readonly current: boolean;
}

export interface RepositoryKeys {
  /** Oldest first. */
  readonly epochs: readonly KeyEpoch[];
  /** Of the current epoch. */
  readonly slots: readonly KeySlot[];
}

export interface NamedPassword {
  readonly password: string;
  readonly label: string;
}

/** A change of the header as text, for the proxy that applies it; it holds no password. */
export type EncodedChange = string;

/**
 * Reads headers and makes changes of them. E_REPOSITORY_PASSWORD_WRONG,
 * E_REPOSITORY_SLOT_UNKNOWN, E_REPOSITORY_SLOT_LAST, E_REPOSITORY_NOT_ENCRYPTED,
 * E_KEY_SERVICE_KEY_UNKNOWN, E_KEY_SERVICE_UNAVAILABLE.
 */
export interface HeaderChanges {
  describe(header: Uint8Array): Promise<RepositoryKeys>;
  addPassword(
    header: Uint8Array,
    rootKey: Uint8Array,
    added: NamedPassword,
  ): Promise<EncodedChange>;
  changePassword(
    header: Uint8Array,
    passwords: { readonly current: string; readonly next: string },
  ): Promise<EncodedChange>;
  addKmsKey(
    header: Uint8Array,
    rootKey: Uint8Array,
    added: { readonly kmsKeyId: string; readonly label: string },
  ): Promise<EncodedChange>;
  removeSlot(header: Uint8Array, slotId: string): Promise<EncodedChange>;
  rotate(
    header: Uint8Array,
    openers: {
      readonly passwords: readonly NamedPassword[];
      readonly kmsKeyId: string | undefined;
      /** That was made for the next epoch before; undefined: a new one. */
      readonly rootKey: Uint8Array | undefined;
    },
  ): Promise<{ readonly change: EncodedChange; readonly rootKey: Uint8Array }>;
}
