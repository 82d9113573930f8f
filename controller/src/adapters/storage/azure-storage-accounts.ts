import { ensureContainer, mintContainerSas } from '@firn/shared/object-store/azure/container-sas';
import type { Clock } from '@firn/shared/time/clock';
import type { StorageAccounts } from '../../ports/storages.ts';

export function makeAzureStorageAccounts(clock: Clock): StorageAccounts {
  return {
    prepare: (account) => ensureContainer(account),
    mint: (account, access, lifeMs) => {
      const expiresAtMs = clock.now() + lifeMs;
      return { sasToken: mintContainerSas(account, { access, expiresAtMs }), expiresAtMs };
    },
  };
}
