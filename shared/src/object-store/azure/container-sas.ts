import {
  ContainerClient,
  ContainerSASPermissions,
  generateBlobSASQueryParameters,
  SASProtocol,
  StorageSharedKeyCredential,
} from '@azure/storage-blob';
import { AppError } from '../../errors/app-error.ts';
import { toAzureError } from './azure-errors.ts';

export interface AzureAccount {
  /** The account's blob endpoint, e.g. `https://account.blob.core.windows.net`. */
  readonly endpoint: string;
  readonly accountName: string;
  /** Base64. */
  readonly accountKey: string;
  readonly container: string;
}

export interface ContainerSasOptions {
  /** What a reader needs, or what a writer needs. Default write. */
  readonly access?: 'read' | 'write';
  readonly expiresAtMs: number;
}

/** Of [Microsoft: create-service-sas], in the order that it demands; x deletes versions, i prolongs retention. */
const permissionsOf = { read: 'rl', write: 'racwdxli' } as const;

/**
 * A shared access signature for one container, without the question mark. It
 * is made here, without a call; it ends at its time, or when the key changes.
 */
export function mintContainerSas(account: AzureAccount, options: ContainerSasOptions): string {
  const { endpoint, container } = account;
  const isPlain = endpoint.startsWith('http://');
  const values = {
    containerName: container,
    permissions: ContainerSASPermissions.parse(permissionsOf[options.access ?? 'write']),
    expiresOn: new Date(options.expiresAtMs),
    protocol: isPlain ? SASProtocol.HttpsAndHttp : SASProtocol.Https,
  };
  return generateBlobSASQueryParameters(values, credentialOf(account)).toString();
}

/** Creates the container unless it is there. */
export async function ensureContainer(account: AzureAccount, signal?: AbortSignal): Promise<void> {
  const url = `${account.endpoint}/${account.container}`;
  const client = new ContainerClient(url, credentialOf(account), { retryOptions: { maxTries: 3 } });
  const operation = `creation of container ${account.container}`;
  try {
    await client.createIfNotExists(signal === undefined ? {} : { abortSignal: signal });
  } catch (error) {
    throw toAzureError(error, { operation, isWrite: false, signal });
  }
}

function credentialOf(account: AzureAccount): StorageSharedKeyCredential {
  const { accountName, accountKey } = account;
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(accountKey) && accountKey.length % 4 === 0;
  if (!isBase64) {
    const message = `the key of storage account ${accountName} is not base64`;
    throw new AppError('E_STORAGE_DENIED', message, { context: { accountName } });
  }
  return new StorageSharedKeyCredential(accountName, accountKey);
}
