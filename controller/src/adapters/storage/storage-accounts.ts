import { ensureContainer, mintContainerSas } from '@firn/shared/object-store/azure/container-sas';
import { assumeRole } from '@firn/shared/object-store/s3/assume-role';
import type { S3Credentials } from '@firn/shared/object-store/s3/s3-connection';
import { S3Store } from '@firn/shared/object-store/s3/s3-store';
import type { Clock } from '@firn/shared/time/clock';
import type { AzureAccount, S3Account, StorageAccounts } from '../../ports/storages.ts';

type Access = 'read' | 'write';
type Minted = Awaited<ReturnType<StorageAccounts['mint']>>;

/** Enough for one listing. */
const reachMs = 15 * 60_000;

export function makeStorageAccounts(clock: Clock): StorageAccounts {
  return {
    prepare: (account) =>
      account.provider === 's3' ? reachBucket(account, clock) : ensureContainer(account),
    mint: async (account, access, lifeMs) =>
      account.provider === 's3'
        ? await mintKeys(account, access, { lifeMs, clock })
        : mintSas(account, access, clock.now() + lifeMs),
  };
}

function mintSas(account: AzureAccount, access: Access, expiresAtMs: number): Minted {
  const sasToken = mintContainerSas(account, { access, expiresAtMs });
  return { sasToken, expiresAt: new Date(expiresAtMs), s3Keys: undefined };
}

interface Lifetime {
  readonly lifeMs: number;
  readonly clock: Clock;
}

async function mintKeys(account: S3Account, access: Access, lifetime: Lifetime): Promise<Minted> {
  const { accessKeyId, secretAccessKey, roleArn: arn } = account;
  const nothing = { sasToken: '', expiresAt: undefined };
  if (arn === undefined) {
    return { ...nothing, s3Keys: { accessKeyId, secretAccessKey, sessionToken: '' } };
  }
  const { bucket, region, caPem, roleExternalId: externalId, stsEndpoint } = account;
  const { expiresAtMs, ...s3Keys } = await assumeRole({
    role: { arn, externalId, stsEndpoint },
    credentials: { accessKeyId, secretAccessKey },
    ...{ bucket, region, caPem, access },
    ...{ lifeMs: lifetime.lifeMs, nowMs: lifetime.clock.now() },
  });
  return { ...nothing, expiresAt: new Date(expiresAtMs), s3Keys };
}

/** One listing tells whether bucket, region, keys and role are right. */
async function reachBucket(account: S3Account, clock: Clock): Promise<void> {
  const { bucket, endpoint, region, pathStyle, caPem } = account;
  const { s3Keys } = await mintKeys(account, 'read', { lifeMs: reachMs, clock });
  const store = new S3Store({
    ...{ bucket, region, pathStyle, caPem },
    ...(endpoint !== null && { endpoint }),
    prefix: '',
    credentials: async () => credentialsOf(s3Keys),
  });
  for await (const _ of store.list('')) return;
}

function credentialsOf(keys: Minted['s3Keys']): S3Credentials {
  const { accessKeyId = '', secretAccessKey = '', sessionToken = '' } = keys ?? {};
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) };
}
