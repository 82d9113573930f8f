import type { NetworkProfile, StorageProfile, VirtualMachine } from '@azure/arm-compute';
import type { AzureSettings } from '../../domain/appliance-settings.ts';
import type { ApplianceOrder } from '../../ports/appliance-launcher.ts';
import { machineName, toMachineTags } from '../machine/machine-tags.ts';
import { makeUserData } from '../machine/user-data.ts';
import type { AzureChoice } from './azure-choices.ts';

/** Of what the machine asks Azure for its own deletion with. */
const machineApiVersion = '2024-07-01';

/** What is stored of a launch: a name that is the worker's, and the body for it. */
export interface AzureRequest {
  readonly name: string;
  readonly body: VirtualMachine;
}

/**
 * A machine whose interface and disk are made and deleted with it, that nobody
 * can dial, and that may delete itself: Azure bills one that is only off.
 */
export function azureRequest(
  settings: AzureSettings,
  order: ApplianceOrder,
  { vmSize, spot }: AzureChoice,
): AzureRequest {
  const name = machineName(order.workerId);
  const body: VirtualMachine = {
    location: settings.location,
    tags: { ...toMachineTags(order) },
    identity: {
      type: 'UserAssigned',
      userAssignedIdentities: { [settings.identityId]: {} },
    },
    hardwareProfile: { vmSize },
    storageProfile: storageOf(settings, name),
    networkProfile: networkOf(settings, order),
    osProfile: {
      computerName: name,
      adminUsername: 'firn-admin',
      customData: customDataOf(settings, order),
      linuxConfiguration: {
        disablePasswordAuthentication: true,
        ssh: {
          publicKeys: [
            { path: '/home/firn-admin/.ssh/authorized_keys', keyData: settings.sshPublicKey },
          ],
        },
      },
    },
    ...(spot
      ? { priority: 'Spot', evictionPolicy: 'Delete', billingProfile: { maxPrice: -1 } }
      : {}),
  };
  return { name, body };
}

function storageOf({ image, ephemeralDisk }: AzureSettings, name: string): StorageProfile {
  const [publisher = '', offer = '', sku = '', version = ''] = image.split(':');
  return {
    imageReference: { publisher, offer, sku, version },
    osDisk: {
      name: `${name}-os`,
      createOption: 'FromImage',
      deleteOption: 'Delete',
      ...(ephemeralDisk === undefined
        ? { managedDisk: { storageAccountType: 'StandardSSD_LRS' } }
        : {
            // An ephemeral disk takes no other way of caching.
            caching: 'ReadOnly',
            diffDiskSettings: { option: 'Local', placement: ephemeralDisk },
          }),
    },
  };
}

function networkOf(settings: AzureSettings, order: ApplianceOrder): NetworkProfile {
  const { subnetId, securityGroupId } = settings;
  return {
    networkApiVersion: '2022-11-01',
    networkInterfaceConfigurations: [
      {
        name: `${machineName(order.workerId)}-nic`,
        tags: { ...toMachineTags(order) },
        primary: true,
        deleteOption: 'Delete',
        ipConfigurations: [{ name: 'internal', primary: true, subnet: { id: subnetId } }],
        ...(securityGroupId === undefined ? {} : { networkSecurityGroup: { id: securityGroupId } }),
      },
    ],
  };
}

function customDataOf(settings: AzureSettings, { joinString, lifeMs }: ApplianceOrder): string {
  const userData = makeUserData({
    joinString,
    lifeMs,
    bundle: settings.bundle,
    environment: { FIRN_METADATA_SERVICE: 'azure' },
    machine: {
      FIRN_AZURE_MANAGER: settings.endpoint ?? 'https://management.azure.com',
      FIRN_AZURE_VERSION: machineApiVersion,
      FIRN_IDENTITY_CLIENT_ID: settings.identityClientId,
    },
  });
  return Buffer.from(userData, 'utf8').toString('base64');
}
