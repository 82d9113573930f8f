import { ComputeManagementClient } from '@azure/arm-compute';
import { ResourceManagementClient } from '@azure/arm-resources';
import { DefaultAzureCredential } from '@azure/identity';
import type { AzureSettings } from '../../domain/appliance-settings.ts';

/** What all calls are signed with; a token a request. */
export interface AzureTokens {
  getToken(scopes: string | string[]): Promise<{
    readonly token: string;
    readonly expiresOnTimestamp: number;
  } | null>;
}

export interface AzureAccess {
  /** Default: the controller's own, by Azure's usual chain. */
  readonly tokens?: AzureTokens;
  /** Of an endpoint that is not Microsoft's. */
  readonly caPem?: string;
}

export interface AzureClients {
  readonly compute: ComputeManagementClient;
  readonly resources: ResourceManagementClient;
}

/** Nothing is retried here: what was not answered is the controller's to repeat. */
export function makeAzureClients(settings: AzureSettings, access: AzureAccess): AzureClients {
  const { subscriptionId, endpoint } = settings;
  const tokens = access.tokens ?? new DefaultAzureCredential();
  const options = {
    retryOptions: { maxRetries: 0 },
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(access.caPem === undefined ? {} : { tlsOptions: { ca: access.caPem } }),
  };
  return {
    compute: new ComputeManagementClient(tokens, subscriptionId, options),
    resources: new ResourceManagementClient(tokens, subscriptionId, options),
  };
}
