import type { ObjectStorage, StorageClass } from '../../domain/resources.ts';
import {
  assertStorageSettings,
  defaultEndpoint,
  type StorageSettings,
} from '../../domain/storage-settings.ts';
import type { StorageAccount } from '../../ports/storages.ts';
import type { AppContext } from '../context.ts';
import { assertUnused, found } from './found.ts';

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
    id,
    name,
    provider,
    container,
    folder,
    storageClass,
    endpoint: account?.endpoint ?? null,
    accountName: account?.accountName ?? null,
    sealedAccountKey: account === undefined ? null : sealKey(context, id, account.accountKey),
  });
}

function accountOf(input: CreateObjectStorage): StorageAccount | undefined {
  const { accountName, accountKey, container } = input;
  if (accountName === undefined || accountKey === undefined) return undefined;
  const endpoint = (input.endpoint ?? defaultEndpoint(accountName)).replace(/\/+$/, '');
  return { endpoint, accountName, accountKey, container };
}

function sealKey({ vault }: AppContext, id: string, accountKey: string): Uint8Array {
  return vault.seal(new TextEncoder().encode(accountKey), storagePurpose(id));
}

export function storagePurpose(id: string): string {
  return `object-storage:${id}`;
}

/** The account with its key opened; undefined for a folder. */
export function openAccount(
  { vault }: AppContext,
  storage: ObjectStorage,
): StorageAccount | undefined {
  const { id, endpoint, accountName, sealedAccountKey, container } = storage;
  if (endpoint === null || accountName === null || sealedAccountKey === null) return undefined;
  const accountKey = new TextDecoder().decode(vault.open(sealedAccountKey, storagePurpose(id)));
  return { endpoint, accountName, accountKey, container };
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
