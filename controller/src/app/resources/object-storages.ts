import type { StorageClass } from '@firn/shared/storage-class/storage-class';
import type { ObjectStorage, S3Settings } from '../../domain/resources.ts';
import {
  assertStorageSettings,
  defaultEndpoint,
  type StorageSettings,
} from '../../domain/storage-settings.ts';
import type { AzureAccount, S3Account, StorageAccount } from '../../ports/storages.ts';
import type { AppContext } from '../context.ts';
import { assertUnused, found } from './found.ts';

/** What storages beside AWS take. */
const defaultRegion = 'us-east-1';

export interface CreateObjectStorage extends StorageSettings {
  readonly name: string;
  readonly folder?: string;
  readonly storageClass?: StorageClass;
}

/** Reaches the account first: wrong keys are refused here, not in the first session. */
export async function createObjectStorage(
  context: AppContext,
  input: CreateObjectStorage,
): Promise<ObjectStorage> {
  assertStorageSettings(input);
  const { name, provider, container, folder = '', storageClass = 'hot' } = input;
  const account = accountOf(input);
  if (account !== undefined) await context.storageAccounts.prepare(account);
  const id = context.secrets.uuid();
  return context.database.objectStorages.insert({
    ...{ id, name, provider, container, folder, storageClass },
    ...storedAccount(account, (secret) => sealSecret(context, id, secret)),
  });
}

function accountOf(input: CreateObjectStorage): StorageAccount | undefined {
  switch (input.provider) {
    case 'azure-blob':
      return azureAccountOf(input);
    case 's3':
      return s3AccountOf(input);
    case 'folder':
      return undefined;
  }
}

function azureAccountOf(input: CreateObjectStorage): AzureAccount {
  const { accountName = '', accountKey = '', container } = input;
  const endpoint = withoutSlash(input.endpoint ?? defaultEndpoint(accountName));
  return { provider: 'azure-blob', endpoint, accountName, accountKey, container };
}

function s3AccountOf(input: CreateObjectStorage): S3Account {
  const { accessKeyId = '', secretAccessKey = '', container, caPem } = input;
  return {
    provider: 's3',
    endpoint: input.endpoint === undefined ? null : withoutSlash(input.endpoint),
    region: input.region ?? defaultRegion,
    pathStyle: input.pathStyle ?? input.endpoint !== undefined,
    ...(caPem !== undefined && { caPem }),
    ...{ accessKeyId, secretAccessKey, bucket: container },
    ...roleOf(input),
  };
}

type Role = Pick<S3Settings, 'roleArn' | 'roleExternalId' | 'stsEndpoint'>;

/** What there is of it. */
function roleOf({ roleArn, roleExternalId, stsEndpoint }: Role): Role {
  return {
    ...(roleArn !== undefined && { roleArn }),
    ...(roleExternalId !== undefined && { roleExternalId }),
    ...(stsEndpoint !== undefined && { stsEndpoint: withoutSlash(stsEndpoint) }),
  };
}

type StoredAccount = Pick<ObjectStorage, 'endpoint' | 'accountName' | 'sealedAccountKey' | 's3'>;

function storedAccount(
  account: StorageAccount | undefined,
  seal: (secret: string) => Uint8Array,
): StoredAccount {
  if (account === undefined) {
    return { endpoint: null, accountName: null, sealedAccountKey: null, s3: null };
  }
  const { endpoint } = account;
  if (account.provider === 'azure-blob') {
    const { accountName, accountKey } = account;
    return { endpoint, accountName, sealedAccountKey: seal(accountKey), s3: null };
  }
  const { region, pathStyle, caPem, accessKeyId, secretAccessKey } = account;
  return {
    endpoint,
    accountName: accessKeyId,
    sealedAccountKey: seal(secretAccessKey),
    s3: { region, pathStyle, ...(caPem !== undefined && { caPem }), ...roleOf(account) },
  };
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}

function sealSecret({ vault }: AppContext, id: string, secret: string): Uint8Array {
  return vault.seal(new TextEncoder().encode(secret), storagePurpose(id));
}

export function storagePurpose(id: string): string {
  return `object-storage:${id}`;
}

/** The account with its key opened; undefined for a folder. */
export function openAccount(
  { vault }: AppContext,
  storage: ObjectStorage,
): StorageAccount | undefined {
  const { id, endpoint, accountName, sealedAccountKey, container, s3 } = storage;
  if (accountName === null || sealedAccountKey === null) return undefined;
  const secret = new TextDecoder().decode(vault.open(sealedAccountKey, storagePurpose(id)));
  if (s3 === null) {
    const account = { accountName, accountKey: secret, container };
    return { provider: 'azure-blob', endpoint: endpoint ?? '', ...account };
  }
  const keys = { accessKeyId: accountName, secretAccessKey: secret };
  return { provider: 's3', endpoint, ...s3, ...keys, bucket: container };
}

/** E_NOT_FOUND */
export async function findObjectStorage(context: AppContext, key: string): Promise<ObjectStorage> {
  return found('object storage', key, await context.database.objectStorages.find(key));
}

/** E_IN_USE while repositories are extended with it. */
export async function deleteObjectStorage(context: AppContext, key: string): Promise<void> {
  await context.database.transaction(async ({ objectStorages }) => {
    const { id, name } = found('object storage', key, await objectStorages.find(key));
    assertUnused('object storage', name, await objectStorages.usersOf(id));
    await objectStorages.remove(id);
  });
}
