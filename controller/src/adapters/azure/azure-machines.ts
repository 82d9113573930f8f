import type { VirtualMachine } from '@azure/arm-compute';
import type { AzureSettings } from '../../domain/appliance-settings.ts';
import type { ApplianceSighting, ApplianceTags } from '../../ports/appliance-launcher.ts';
import {
  fromMachineTags,
  installationTag,
  isSameAppliance,
  machineName,
} from '../machine/machine-tags.ts';
import type { AzureClients } from './azure-clients.ts';
import { isAzureConflict, isAzureNotFound, toAzureAppError } from './azure-errors.ts';

/** A machine, disk or interface, by what lists tell of it. */
export interface AzureResource extends ApplianceTags {
  readonly id: string;
  readonly kind: 'machine' | 'disk' | 'interface';
}

const kinds: Readonly<Record<string, AzureResource['kind']>> = {
  'microsoft.compute/virtualmachines': 'machine',
  'microsoft.compute/disks': 'disk',
  'microsoft.network/networkinterfaces': 'interface',
};

const leftoverTypes = {
  disk: { path: 'Microsoft.Compute/disks', apiVersion: '2024-03-02' },
  interface: { path: 'Microsoft.Network/networkInterfaces', apiVersion: '2024-05-01' },
} as const;

/** Names of what belongs to a machine, after the machine's own. */
const named = [
  ['disk', 'os'],
  ['interface', 'nic'],
] as const;

/** The machines of appliances in one resource group. */
export class AzureMachines {
  readonly #clients: AzureClients;
  readonly #settings: AzureSettings;

  constructor(clients: AzureClients, settings: AzureSettings) {
    this.#clients = clients;
    this.#settings = settings;
  }

  /** With its state; undefined: there is none, or it is another installation's. */
  async get(tags: ApplianceTags, signal?: AbortSignal): Promise<VirtualMachine | undefined> {
    const { resourceGroup } = this.#settings;
    const name = machineName(tags.workerId);
    const options = { expand: 'instanceView', ...abort(signal) } as const;
    try {
      const machine = await this.#clients.compute.virtualMachines.get(resourceGroup, name, options);
      const found = fromMachineTags(machine.tags ?? {});
      return found !== undefined && isSameAppliance(found, tags) ? machine : undefined;
    } catch (error) {
      if (isAzureNotFound(error)) return undefined;
      throw toAzureAppError(error, 'Microsoft.Compute/virtualMachines/read');
    }
  }

  /** Begins to delete it with all that shall go with it; does not wait for the end. */
  async delete(workerId: string, signal?: AbortSignal): Promise<void> {
    const { resourceGroup } = this.#settings;
    const options = { forceDeletion: true, ...abort(signal) };
    try {
      const { virtualMachines } = this.#clients.compute;
      await virtualMachines.delete(resourceGroup, machineName(workerId), options).submitted();
    } catch (error) {
      if (isAzureNotFound(error)) return;
      throw toAzureAppError(error, 'Microsoft.Compute/virtualMachines/delete');
    }
  }

  /** All that carries the installation's tag. Azure's lists lag behind. */
  async list(installationId: string, signal?: AbortSignal): Promise<readonly AzureResource[]> {
    const filter = `tagName eq '${installationTag}' and tagValue eq '${installationId}'`;
    const found: AzureResource[] = [];
    try {
      const { resources } = this.#clients.resources;
      const { resourceGroup } = this.#settings;
      const listed = resources.listByResourceGroup(resourceGroup, { filter, ...abort(signal) });
      for await (const { id, type = '', tags = {} } of listed) {
        const kind = kinds[type.toLowerCase()];
        const owner = fromMachineTags(tags);
        if (id !== undefined && kind !== undefined && owner !== undefined) {
          found.push({ ...owner, id, kind });
        }
      }
      return found;
    } catch (error) {
      const action = 'Microsoft.Resources/subscriptions/resourceGroups/resources/read';
      throw toAzureAppError(error, action);
    }
  }

  /** Disk and interface by the names that they must have: no list has to show them. */
  async leftovers(tags: ApplianceTags, signal?: AbortSignal): Promise<readonly AzureResource[]> {
    const { subscriptionId, resourceGroup } = this.#settings;
    const group = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
    const name = machineName(tags.workerId);
    const found: AzureResource[] = [];
    for (const [kind, suffix] of named) {
      const id = `${group}/providers/${leftoverTypes[kind].path}/${name}-${suffix}`;
      if (await this.#isOf(tags, { ...tags, id, kind }, signal)) found.push({ ...tags, id, kind });
    }
    return found;
  }

  /** What is still used is left for the next time. */
  async remove({ id, kind }: AzureResource, signal?: AbortSignal): Promise<void> {
    if (kind === 'machine') return;
    const { path, apiVersion } = leftoverTypes[kind];
    try {
      const { resources } = this.#clients.resources;
      await resources.deleteById(id.slice(1), apiVersion, abort(signal)).submitted();
    } catch (error) {
      if (isAzureNotFound(error) || isAzureConflict(error)) return;
      throw toAzureAppError(error, `${path}/delete`);
    }
  }

  async #isOf(tags: ApplianceTags, { id, kind }: AzureResource, signal?: AbortSignal) {
    if (kind === 'machine') return false;
    const { path, apiVersion } = leftoverTypes[kind];
    try {
      const { resources } = this.#clients.resources;
      const resource = await resources.getById(id.slice(1), apiVersion, abort(signal));
      const found = fromMachineTags(resource.tags ?? {});
      return found !== undefined && isSameAppliance(found, tags);
    } catch (error) {
      if (isAzureNotFound(error)) return false;
      throw toAzureAppError(error, `${path}/read`);
    }
  }
}

/** What a machine's statuses make of it. A machine that is off is stopped, and billed. */
export function toAzureSighting(tags: ApplianceTags, machine: VirtualMachine): ApplianceSighting {
  const { installationId, workerId } = tags;
  const handle = machine.name ?? machineName(workerId);
  return { installationId, workerId, handle, state: stateOf(machine) };
}

function stateOf({ provisioningState, instanceView }: VirtualMachine): ApplianceSighting['state'] {
  if (provisioningState === 'Deleting') return 'ending';
  if (provisioningState === 'Failed') return 'leftovers';
  const codes = (instanceView?.statuses ?? []).map(({ code = '' }) => code);
  const power = codes.find((code) => code.startsWith('PowerState/'));
  if (provisioningState === 'Creating' || power === 'PowerState/starting') return 'pending';
  return power === 'PowerState/running' ? 'running' : 'stopped';
}

/** Why a machine did not come to be: `ProvisioningState/failed/<code>`. */
export function azureFailure({ instanceView }: VirtualMachine): { code: string; message: string } {
  for (const { code = '', message = '' } of instanceView?.statuses ?? []) {
    const [, failure] = /^ProvisioningState\/failed\/(.+)$/.exec(code) ?? [];
    if (failure !== undefined) return { code: failure, message };
  }
  return { code: 'ProvisioningFailed', message: 'the machine could not be provisioned' };
}

function abort(signal: AbortSignal | undefined) {
  return signal === undefined ? {} : { abortSignal: signal };
}
