import { AppError } from '@firn/shared/errors/app-error';
import { AzureStore } from '@firn/shared/object-store/azure/azure-store';
import { mintContainerSas } from '@firn/shared/object-store/azure/container-sas';
import type { RunningAzurite } from '@firn/shared/services/azurite';
import { mustThaw } from '@firn/shared/storage-class/storage-class';
import { containers } from './set-up.ts';

/**
 * Flips one byte in the middle of an archive pack behind Firn's back: the pack
 * is copied out of the archive class, changed, and written back in its place.
 * After a first copy every frame of a pack is live. Answers the pack's name.
 */
export async function plantFault(azurite: RunningAzurite): Promise<string> {
  const store = openArchive(azurite);
  const thawed = 'thawed';
  for await (const pack of store.list('')) {
    if (!mustThaw(pack.storageClass)) continue;
    await store.copy(pack.name, thawed, { storageClass: 'hot', priority: 'high' });
    const { bytes } = await store.get(thawed);
    const middle = Math.floor(bytes.length / 2);
    bytes[middle] = (bytes[middle] ?? 0) ^ 0x01;
    await store.delete(thawed);
    await store.delete(pack.name);
    await store.put(pack.name, bytes, { storageClass: pack.storageClass });
    return pack.name;
  }
  throw new AppError('E_BLOB_NOT_FOUND', 'the archive holds no pack to damage');
}

function openArchive(azurite: RunningAzurite): AzureStore {
  const { endpoint, accountName, accountKey } = azurite;
  const account = { endpoint, accountName, accountKey, container: containers.archive };
  const expiresAtMs = Date.now() + 3_600_000;
  return new AzureStore({
    endpoint,
    container: containers.archive,
    prefix: '',
    credentials: () => Promise.resolve(mintContainerSas(account, { access: 'write', expiresAtMs })),
  });
}
