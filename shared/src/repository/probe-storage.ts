import { AppError, isAppError } from '../errors/app-error.ts';
import { toHex } from './bytes.ts';
import type { BlobStore, Entropy } from './ports.ts';

/**
 * The log rests on put-if-absent (rule 11 of docs/repository-log.md): a storage
 * that ignores the condition is refused before anything is written to it.
 * E_STORAGE_NOT_CONDITIONAL
 */
export async function assertConditionalPuts(
  store: BlobStore,
  entropy: Entropy,
  signal?: AbortSignal,
): Promise<void> {
  const name = `probe/${toHex(entropy.randomBytes(16))}`;
  const put = (bytes: Uint8Array) =>
    store.put(name, bytes, { ifAbsent: true, ...(signal && { signal }) });
  try {
    // Other bytes: a lost reply is settled by comparing what lies there.
    await put(Uint8Array.of(1));
    await put(Uint8Array.of(2));
  } catch (error) {
    if (isAppError(error, 'E_BLOB_EXISTS')) return;
    throw error;
  } finally {
    await store.delete(name, signal);
  }
  throw new AppError(
    'E_STORAGE_NOT_CONDITIONAL',
    'the storage replaced an object in spite of If-None-Match',
  );
}
