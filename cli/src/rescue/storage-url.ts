import { isAbsolute, resolve } from 'node:path';
import { AppError } from '@firn/shared/errors/app-error';
import type { StorageCredential, StorageRef } from '@firn/shared/gen/firn/link/v1/work';

/** Where a repository lies, and what opens the storage. */
export interface StoragePlace {
  readonly ref: StorageRef;
  readonly credential: () => Promise<StorageCredential>;
}

export interface PlaceAccess {
  readonly env: Environment;
  readonly nowMs: number;
  /** What an account key is made a signature for. */
  readonly access: 'read' | 'write';
}

type Environment = Readonly<Record<string, string | undefined>>;

const sasHours = 24;

/**
 * A folder's path, `https://<account>.blob.core.windows.net/<container>/<folder>`,
 * `azure://<account>/<container>/<folder>` or `s3://<bucket>/<folder>`. Secrets come
 * from the environment, by the names that the providers' own tools use.
 * E_CONFIG_INVALID
 */
export function storagePlace(url: string, access: PlaceAccess): StoragePlace {
  const { env } = access;
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(url)) return folderPlace(url);
  const parsed = new URL(url);
  const path = decodeURIComponent(parsed.pathname)
    .split('/')
    .filter((part) => part !== '');
  switch (parsed.protocol) {
    case 'file:':
      return folderPlace(decodeURIComponent(parsed.pathname));
    case 's3:':
      return s3Place(parsed.hostname, path, env);
    case 'azure:':
      return azurePlace(
        env['AZURE_STORAGE_BLOB_ENDPOINT'] ?? `https://${parsed.hostname}.blob.core.windows.net`,
        { account: parsed.hostname, path, ...access },
      );
    case 'https:': {
      const [account = '', service] = parsed.hostname.split('.');
      if (service === 'blob') return azurePlace(parsed.origin, { account, path, ...access });
      throw invalid(`${parsed.hostname} is no Azure blob endpoint: give azure:// or s3://`);
    }
    default:
      throw invalid(`${parsed.protocol} is no kind of storage: give a folder, azure:// or s3://`);
  }
}

function folderPlace(path: string): StoragePlace {
  const container = isAbsolute(path) ? path : resolve(path);
  return {
    ref: storageRef({ provider: 'folder', container }),
    credential: async () => noCredential,
  };
}

interface AzurePath extends PlaceAccess {
  readonly account: string;
  readonly path: readonly string[];
}

function azurePlace(endpoint: string, azurePath: AzurePath): StoragePlace {
  const { account, path } = azurePath;
  const [container = '', ...folders] = path;
  if (container === '') throw invalid('the address names no container');
  const sasToken = sasOf({ endpoint, account, container }, azurePath);
  return {
    ref: storageRef({ provider: 'azure-blob', endpoint, container, prefix: folders.join('/') }),
    credential: async () => ({ ...noCredential, sasToken: await sasToken() }),
  };
}

function sasOf(
  { endpoint, account, container }: Record<'endpoint' | 'account' | 'container', string>,
  { env, nowMs, access }: PlaceAccess,
): () => Promise<string> {
  const given = env['AZURE_STORAGE_SAS_TOKEN'];
  if (given !== undefined) return async () => given.replace(/^\?/, '');
  const accountKey = env['AZURE_STORAGE_KEY'];
  if (accountKey === undefined) {
    throw invalid('set AZURE_STORAGE_SAS_TOKEN or AZURE_STORAGE_KEY');
  }
  const azure = { endpoint, accountName: account, accountKey, container };
  const expiresAtMs = nowMs + sasHours * 60 * 60 * 1000;
  let token: string | undefined;
  return async () => {
    // Loaded when it is needed: Azure's client takes a third of a second.
    const { mintContainerSas } = await import('@firn/shared/object-store/azure/container-sas');
    token ??= mintContainerSas(azure, { access, expiresAtMs });
    return token;
  };
}

function s3Place(bucket: string, path: readonly string[], env: Environment): StoragePlace {
  const accessKeyId = env['AWS_ACCESS_KEY_ID'];
  const secretAccessKey = env['AWS_SECRET_ACCESS_KEY'];
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw invalid('set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  }
  const sessionToken = env['AWS_SESSION_TOKEN'] ?? '';
  const endpoint = env['AWS_ENDPOINT_URL_S3'] ?? env['AWS_ENDPOINT_URL'] ?? '';
  const region = env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? 'us-east-1';
  // Stores that are not AWS rarely have a host name for each bucket.
  const s3 = { region, pathStyle: endpoint !== '', caPem: '' };
  return {
    ref: {
      ...storageRef({ provider: 's3', endpoint, container: bucket, prefix: path.join('/') }),
      s3,
    },
    credential: async () => ({
      ...noCredential,
      s3Keys: { accessKeyId, secretAccessKey, sessionToken },
    }),
  };
}

const noCredential: StorageCredential = {
  storageId: 'rescue',
  sasToken: '',
  expiresAt: undefined,
  s3Keys: undefined,
};

function storageRef(
  place: Pick<StorageRef, 'provider' | 'container'> & Partial<StorageRef>,
): StorageRef {
  return {
    ...{ storageId: 'rescue', endpoint: '', prefix: '', storageClass: 'hot' },
    ...{ s3: undefined, immutability: undefined },
    ...place,
  };
}

function invalid(message: string): AppError {
  return new AppError('E_CONFIG_INVALID', `--storage: ${message}`);
}
