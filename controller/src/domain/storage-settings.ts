import { AppError } from '@firn/shared/errors/app-error';

export interface StorageSettings {
  readonly provider: 'azure-blob' | 'folder';
  readonly endpoint?: string;
  readonly accountName?: string;
  readonly accountKey?: string;
  readonly container: string;
}

/** What each provider needs beyond the shape of the request. */
export function assertStorageSettings(settings: StorageSettings): void {
  const problem =
    settings.provider === 'azure-blob' ? azureProblem(settings) : folderProblem(settings);
  if (problem !== undefined) throw new AppError('E_REQUEST_INVALID', problem);
}

function azureProblem({ accountName, accountKey, container }: StorageSettings): string | undefined {
  if (accountName === undefined) return 'an object storage of azure-blob needs accountName';
  if (accountKey === undefined) return 'an object storage of azure-blob needs accountKey';
  // [Microsoft: naming and referencing containers]
  if (!/^(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(container)) {
    return `"${container}" cannot be the name of an Azure container`;
  }
  return undefined;
}

function folderProblem(settings: StorageSettings): string | undefined {
  const { accountName, accountKey, endpoint, container } = settings;
  if (accountName !== undefined || accountKey !== undefined || endpoint !== undefined) {
    return 'an object storage of provider folder has no endpoint, accountName or accountKey';
  }
  if (!container.startsWith('/') || container.split('/').includes('..')) {
    return `container of an object storage of provider folder is an absolute path, not "${container}"`;
  }
  return undefined;
}

/** The blob endpoint of an account in the public cloud. */
export function defaultEndpoint(accountName: string): string {
  return `https://${accountName}.blob.core.windows.net`;
}
