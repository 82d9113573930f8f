import { isAppError } from '../../errors/app-error.ts';
import type { BlobStore } from '../ports.ts';

/** An upload of parts that was begun so long ago is nobody's: a pack takes hours at most. */
export const strayUploadAgeMs = 7 * 24 * 60 * 60 * 1000;

/** Undefined: the storage lets nobody of these permissions look for them. */
export type UploadsAborted = number | undefined;

/**
 * Ends uploads in parts that a crash left: no listing shows them, and they are
 * billed for ever. Who may write but not list uploads goes without.
 * @param nowMs by the storage's clock
 */
export async function abortStrayUploads(
  store: BlobStore,
  nowMs: number,
  signal?: AbortSignal,
): Promise<UploadsAborted> {
  try {
    return (await store.abortStrays?.('', nowMs - strayUploadAgeMs, signal)) ?? 0;
  } catch (error) {
    if (isAppError(error, 'E_STORAGE_DENIED')) return undefined;
    throw error;
  }
}
