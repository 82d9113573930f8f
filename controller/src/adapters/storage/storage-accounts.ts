import { ensureContainer, mintContainerSas } from '@firn/shared/object-store/azure/container-sas';
import { S3Store } from '@firn/shared/object-store/s3/s3-store';
import type { Clock } from '@firn/shared/time/clock';
import type { S3Account, StorageAccounts } from '../../ports/storages.ts';

export function makeStorageAccounts(clock: Clock): StorageAccounts {
  return {
    prepare: (account) =>
      account.provider === 's3' ? reachBucket(account) : ensureContainer(account),
    mint: (account, access, lifeMs) => {
      if (account.provider === 's3') return keysOf(account);
      const expiresAtMs = clock.now() + lifeMs;
      const sasToken = mintContainerSas(account, { access, expiresAtMs });
      return { sasToken, expiresAt: new Date(expiresAtMs), s3Keys: undefined };
    },
  };
}

/** One listing tells whether bucket, region and keys are right. */
async function reachBucket(account: S3Account): Promise<void> {
  const { bucket, endpoint, region, pathStyle, caPem } = account;
  const { accessKeyId, secretAccessKey } = account;
  const store = new S3Store({
    ...{ bucket, region, pathStyle, caPem },
    ...(endpoint !== null && { endpoint }),
    prefix: '',
    credentials: async () => ({ accessKeyId, secretAccessKey }),
  });
  for await (const _ of store.list('')) return;
}

function keysOf({ accessKeyId, secretAccessKey }: S3Account) {
  const s3Keys = { accessKeyId, secretAccessKey, sessionToken: '' };
  return { sasToken: '', expiresAt: undefined, s3Keys };
}
