import type { BlobItem } from '@azure/storage-blob';
import { blobLocked } from '../blob-errors.ts';
import type { AzureConnection } from './azure-connection.ts';

/** All versions of blobs whose paths begin with prefix: by path, of each the oldest first. */
export async function* listVersions(
  connection: AzureConnection,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<BlobItem> {
  const call = { operation: `list of versions below ${prefix}`, isWrite: false, signal };
  const asked = { prefix, includeVersions: true, includeImmutabilityPolicy: true };
  let token: string | undefined;
  do {
    const page = await connection.run(call, 0, async ({ container, abortSignal }) => {
      const pages = container
        .listBlobsFlat({ ...asked, abortSignal })
        .byPage(token === undefined ? {} : { continuationToken: token });
      const result = await pages.next();
      return result.done ? undefined : result.value;
    });
    yield* page?.segment.blobItems ?? [];
    token = page?.continuationToken || undefined;
  } while (token !== undefined);
}

/** Deletes the earlier versions of a blob that is deleted. */
export async function deleteVersions(
  connection: AzureConnection,
  path: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const call = { operation: `delete of the versions of ${path}`, isWrite: false, signal };
  for (const { versionId } of await versionsOf(connection, path, signal)) {
    if (versionId === undefined) continue;
    await connection.run(call, 0, async ({ blob, abortSignal }) => {
      await blob(path).withVersion(versionId).deleteIfExists({ abortSignal });
    });
  }
}

/** E_BLOB_LOCKED: Azure would let a locked blob become an earlier version, which hides it. */
export async function assertNoVersionLocked(
  connection: AzureConnection,
  blob: { readonly name: string; readonly path: string; readonly nowMs: number },
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const { properties } of await versionsOf(connection, blob.path, signal)) {
    const untilMs = properties.immutabilityPolicyExpiresOn?.getTime() ?? 0;
    if (untilMs > blob.nowMs) throw blobLocked(blob.name, untilMs);
  }
}

async function versionsOf(
  connection: AzureConnection,
  path: string,
  signal: AbortSignal | undefined,
): Promise<readonly BlobItem[]> {
  const found: BlobItem[] = [];
  for await (const item of listVersions(connection, path, signal)) {
    // The longer names that begin with this one come behind it.
    if (item.name !== path) break;
    found.push(item);
  }
  return found;
}
