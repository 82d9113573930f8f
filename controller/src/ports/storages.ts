/** An account of an object storage, with its key. */
export interface StorageAccount {
  readonly endpoint: string;
  readonly accountName: string;
  readonly accountKey: string;
  readonly container: string;
}

export interface StorageToken {
  /** A container SAS, without the question mark. */
  readonly sasToken: string;
  readonly expiresAtMs: number;
}

/** What the controller itself does with object storage: next to nothing. */
export interface StorageAccounts {
  /** Makes sure that the container is there. E_STORAGE_DENIED, E_STORAGE_UNAVAILABLE. */
  prepare(account: StorageAccount): Promise<void>;
  /** Short-lived rights on the container alone. */
  mint(account: StorageAccount, access: 'read' | 'write', lifeMs: number): StorageToken;
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
