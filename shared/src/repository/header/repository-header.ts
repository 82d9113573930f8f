import type { BlobStore, Compute, Entropy } from '../ports.ts';

export interface CreateHeader {
  readonly repositoryId: string;
  /** Undefined: not encrypted, the root key lies open in the header. */
  readonly password: string | undefined;
  readonly entropy: Entropy;
  readonly compute: Compute;
}

export interface CreatedHeader {
  /** The bytes of header/0. */
  readonly header: Uint8Array;
  readonly rootKey: Uint8Array;
}

export type HeaderCreator = (options: CreateHeader) => Promise<CreatedHeader>;
/** E_REPOSITORY_PASSWORD_WRONG */
export type HeaderUnlocker = (
  header: Uint8Array,
  password: string | undefined,
  compute: Compute,
) => Promise<Uint8Array>;
/** Success also when exactly this header lies there; else E_REPOSITORY_EXISTS. */
export type RepositoryInitializer = (store: BlobStore, header: Uint8Array) => Promise<void>;
/** The newest header's bytes; E_REPOSITORY_NOT_FOUND. */
export type HeaderReader = (store: BlobStore) => Promise<Uint8Array>;
