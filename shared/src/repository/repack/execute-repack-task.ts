import type { BlobStore, Compute, Entropy, StorageClass } from '../ports.ts';

export interface ExecuteRepackTask {
  readonly sourceStore: BlobStore;
  readonly targetStore: BlobStore;
  /** Of a RepackTask. */
  readonly plan: Uint8Array;
  readonly compute: Compute;
  readonly entropy: Entropy;
  /** Of the pack that is written. */
  readonly storageClass: StorageClass;
  readonly signal?: AbortSignal | undefined;
  /** Plain bytes moved since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/** @returns the manifest for PointCopy.accept, < 1 MiB; holds no key */
export type RepackExecutor = (options: ExecuteRepackTask) => Promise<Uint8Array>;
