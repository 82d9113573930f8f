import { AppError } from '@firn/shared/errors/app-error';
import { classesOfProvider, type StorageClass } from '@firn/shared/storage-class/storage-class';

export interface StorageSettings {
  readonly provider: 'azure-blob' | 's3' | 'folder';
  readonly endpoint?: string;
  /** azure-blob */
  readonly accountName?: string;
  /** azure-blob */
  readonly accountKey?: string;
  /** s3 */
  readonly region?: string;
  /** s3 */
  readonly accessKeyId?: string;
  /** s3 */
  readonly secretAccessKey?: string;
  /** s3: the bucket in the path. Default: when there is an endpoint. */
  readonly pathStyle?: boolean;
  /** s3: PEM of a private CA. */
  readonly caPem?: string;
  /** s3: what the keys assume for workers. */
  readonly roleArn?: string;
  /** s3 */
  readonly roleExternalId?: string;
  /** s3: where a role is assumed beside AWS. */
  readonly stsEndpoint?: string;
  readonly container: string;
  readonly storageClass?: StorageClass;
}

const ofProvider = {
  'azure-blob': ['endpoint', 'accountName', 'accountKey'],
  s3: [
    ...['endpoint', 'region', 'accessKeyId', 'secretAccessKey', 'pathStyle', 'caPem'],
    ...['roleArn', 'roleExternalId', 'stsEndpoint'],
  ],
  folder: [],
} as const;

const needed = {
  'azure-blob': ['accountName', 'accountKey'],
  s3: ['accessKeyId', 'secretAccessKey'],
  folder: [],
} as const;

const special = new Set([...ofProvider['azure-blob'], ...ofProvider.s3]);

/** What each provider needs beyond the shape of the request. */
export function assertStorageSettings(settings: StorageSettings): void {
  const problem = memberProblem(settings) ?? classProblem(settings) ?? placeProblem(settings);
  if (problem !== undefined) throw new AppError('E_REQUEST_INVALID', problem);
}

function memberProblem(settings: StorageSettings): string | undefined {
  const { provider } = settings;
  const missing = needed[provider].find((name) => !(name in settings));
  if (missing !== undefined) return `an object storage of ${provider} needs ${missing}`;
  const known: readonly string[] = ofProvider[provider];
  const foreign = [...special].find((name) => name in settings && !known.includes(name));
  if (foreign !== undefined) return `an object storage of provider ${provider} has no ${foreign}`;
  return undefined;
}

function classProblem({ provider, storageClass = 'hot' }: StorageSettings): string | undefined {
  const known: readonly StorageClass[] = classesOfProvider[provider];
  if (known.includes(storageClass)) return undefined;
  return `an object storage of ${provider} has no class ${storageClass}, but ${known.join(', ')}`;
}

function placeProblem(settings: StorageSettings): string | undefined {
  switch (settings.provider) {
    case 'azure-blob':
      return azureProblem(settings);
    case 's3':
      return s3Problem(settings);
    case 'folder':
      return folderProblem(settings);
  }
}

function azureProblem({ container }: StorageSettings): string | undefined {
  // [Microsoft: naming and referencing containers]
  if (/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container)) return undefined;
  return `"${container}" cannot be the name of an Azure container`;
}

function s3Problem(settings: StorageSettings) {
  const { container, endpoint, region } = settings;
  // [AWS: bucketnamingrules]
  if (!/^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(container)) {
    return `"${container}" cannot be the name of an S3 bucket`;
  }
  if (endpoint === undefined && region === undefined) {
    return 'an object storage of s3 needs region, or endpoint when it is not AWS';
  }
  return roleProblem(settings);
}

function roleProblem({ endpoint, roleArn, roleExternalId, stsEndpoint }: StorageSettings) {
  if (roleArn === undefined) {
    const isAlone = roleExternalId !== undefined || stsEndpoint !== undefined;
    return isAlone ? 'roleExternalId and stsEndpoint need roleArn' : undefined;
  }
  if (endpoint !== undefined && stsEndpoint === undefined) {
    return 'a role beside AWS needs stsEndpoint, where it is assumed';
  }
  return undefined;
}

function folderProblem({ container }: StorageSettings): string | undefined {
  if (container.startsWith('/') && !container.split('/').includes('..')) return undefined;
  return `container of an object storage of provider folder is an absolute path, not "${container}"`;
}

/** The blob endpoint of an account in the public cloud. */
export function defaultEndpoint(accountName: string): string {
  return `https://${accountName}.blob.core.windows.net`;
}
