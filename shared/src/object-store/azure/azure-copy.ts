import { type BlobClient, type BlockBlobClient, RestError } from '@azure/storage-blob';
import type { CopyOptions } from '../../repository/ports.ts';
import { mustThaw, type StorageClass } from '../../storage-class/storage-class.ts';
import { serviceCodeOf } from './azure-errors.ts';
import { tierOf } from './azure-info.ts';

export interface AzureCopy {
  readonly source: BlobClient;
  readonly sourceClass: StorageClass;
  readonly target: BlockBlobClient;
  readonly options: CopyOptions;
  readonly abortSignal: AbortSignal;
}

/** Begins a copy; true when it is done already. */
export async function beginCopy(copy: AzureCopy): Promise<boolean> {
  try {
    return await beginCopyFrom(copy.source.url, copy);
  } catch (error) {
    if (isPending(error)) return false;
    if (!isUnverified(error)) throw error;
    return await beginCopyFrom(withoutQuery(copy.source.url), copy);
  }
}

async function beginCopyFrom(sourceUrl: string, copy: AzureCopy): Promise<boolean> {
  const { storageClass, ifAbsent, priority = 'standard' } = copy.options;
  const rehydratePriority = priority === 'high' ? ('High' as const) : ('Standard' as const);
  const poller = await copy.target.beginCopyFromURL(sourceUrl, {
    tier: tierOf(storageClass),
    ...(mustThaw(copy.sourceClass) && { rehydratePriority }),
    ...(ifAbsent && { conditions: { ifNoneMatch: '*' } }),
    abortSignal: copy.abortSignal,
  });
  return poller.getOperationState().isCompleted === true;
}

/** A copy to that name is under way: it can be neither overwritten nor deleted. */
export function isPending(error: unknown): boolean {
  return error instanceof RestError && serviceCodeOf(error) === 'PendingCopyOperation';
}

/**
 * Azure wants the SAS on the source too. Azurite 3.37 checks that SAS by reading
 * the source, which it refuses for an archived one; without it, it copies.
 */
function isUnverified(error: unknown): boolean {
  return (
    error instanceof RestError &&
    error.statusCode === 409 &&
    serviceCodeOf(error) === 'CannotVerifyCopySource'
  );
}

function withoutQuery(address: string): string {
  const url = new URL(address);
  url.search = '';
  return url.toString();
}

/** Ends a copy out of the archive tier that is pending; nothing when none is. */
export async function abortPendingCopy(
  blob: BlockBlobClient,
  abortSignal: AbortSignal,
): Promise<void> {
  const { copyStatus, copyId } = await blob.getProperties({ abortSignal });
  if (copyStatus !== 'pending' || copyId === undefined) return;
  try {
    await blob.abortCopyFromURL(copyId, { abortSignal });
  } catch (error) {
    // It was done meanwhile.
    if (!(error instanceof RestError && serviceCodeOf(error) === 'NoPendingCopyOperation')) {
      throw error;
    }
  }
}
