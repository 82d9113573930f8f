import { request } from 'node:https';
import { DefaultAzureCredential } from '@azure/identity';
import { AppError } from '@firn/shared/errors/app-error';
import type { AzureSettings } from '../../domain/appliance-settings.ts';
import type { AzureAccess } from './azure-clients.ts';

const scope = 'https://management.azure.com/.default';

/** What deploy/appliance/azure/controller-role.json grants, as far as the launcher calls it. */
const needed = [
  'Microsoft.Compute/virtualMachines/read',
  'Microsoft.Compute/virtualMachines/write',
  'Microsoft.Compute/virtualMachines/delete',
  'Microsoft.Compute/disks/delete',
  'Microsoft.Network/networkInterfaces/write',
  'Microsoft.Network/networkInterfaces/delete',
  'Microsoft.Network/networkInterfaces/join/action',
  'Microsoft.Network/virtualNetworks/subnets/join/action',
  'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action',
  'Microsoft.Resources/subscriptions/resourceGroups/resources/read',
] as const;

interface Grant {
  readonly actions?: readonly string[];
  readonly notActions?: readonly string[];
}

/**
 * Asks Azure what the caller may do in the resource group [Permissions: List
 * for resource group]. A subnet or an identity of another group is not seen
 * from here: the launch names what is missing there.
 */
export async function missingAzurePermissions(
  settings: AzureSettings,
  access: AzureAccess,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const { subscriptionId, resourceGroup, endpoint = 'https://management.azure.com' } = settings;
  const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
  const path = `${group}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01`;
  const token = await (access.tokens ?? new DefaultAzureCredential()).getToken(scope);
  const { caPem } = access;
  const answer = await getJson(`${endpoint}${path}`, { token: token?.token ?? '', caPem, signal });
  const { value = [] } = answer as { readonly value?: readonly Grant[] };
  return needed.filter((action) => !value.some((grant) => isGranted(grant, action)));
}

function isGranted({ actions = [], notActions = [] }: Grant, action: string): boolean {
  return (
    actions.some((one) => covers(one, action)) && !notActions.some((one) => covers(one, action))
  );
}

function covers(pattern: string, action: string): boolean {
  const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${escaped}$`, 'i').test(action);
}

interface Asking {
  readonly token: string;
  readonly caPem: string | undefined;
  readonly signal: AbortSignal | undefined;
}

async function getJson(url: string, { token, caPem, signal }: Asking): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const asked = request(url, {
    headers: { authorization: `Bearer ${token}` },
    timeout: 30_000,
    ...(caPem === undefined ? {} : { ca: caPem }),
    ...(signal === undefined ? {} : { signal }),
  });
  asked.once('timeout', () => asked.destroy(new Error('no answer')));
  asked.once('error', (cause) => {
    const text = 'Azure did not answer what the controller may do';
    reject(new AppError('E_APPLIANCE_UNANSWERED', text, { cause }));
  });
  asked.once('response', (response) => {
    const pieces: Buffer[] = [];
    response.on('data', (piece: Buffer) => pieces.push(piece));
    response.once('end', () => {
      const { statusCode = 0 } = response;
      if (statusCode === 200) resolve(JSON.parse(Buffer.concat(pieces).toString('utf8')));
      else reject(refused(statusCode));
    });
  });
  asked.end();
  return promise;
}

function refused(statusCode: number): AppError {
  const permission = 'Microsoft.Authorization/permissions/read';
  if (statusCode === 403) {
    const text = `the controller is not allowed to do ${permission}`;
    return new AppError('E_APPLIANCE_PERMISSION', text, { context: { permission } });
  }
  return new AppError('E_APPLIANCE_FAILED', `Azure refused ${permission}: status ${statusCode}`);
}
