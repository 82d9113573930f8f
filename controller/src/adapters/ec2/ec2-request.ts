import type {
  InstanceMarketOptionsRequest,
  ResourceType,
  RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import type { Ec2Settings } from '../../domain/appliance-settings.ts';
import type { ApplianceOrder, ApplianceTags } from '../../ports/appliance-launcher.ts';
import { toMachineTags } from '../machine/machine-tags.ts';
import { makeUserData } from '../machine/user-data.ts';
import type { Ec2Choice } from './ec2-choices.ts';

const spotOnce: InstanceMarketOptionsRequest = {
  MarketType: 'spot',
  SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
};

/**
 * RunInstances for one machine that nobody can dial, that tells its metadata
 * to itself alone, and that is deleted with all it has when it is switched off.
 * The token is the worker's: another request is another worker.
 */
export function runInstancesInput(
  settings: Ec2Settings,
  order: ApplianceOrder,
  { instanceType, subnetId, spot }: Ec2Choice,
): RunInstancesCommandInput {
  const { joinString, lifeMs } = order;
  const { instanceProfile } = settings;
  const environment = { FIRN_METADATA_SERVICE: 'ec2' };
  const userData = makeUserData({ joinString, lifeMs, bundle: settings.bundle, environment });
  return {
    ClientToken: `firn-${order.workerId}`,
    MinCount: 1,
    MaxCount: 1,
    ImageId: settings.imageId,
    InstanceType: instanceType as NonNullable<RunInstancesCommandInput['InstanceType']>,
    InstanceInitiatedShutdownBehavior: 'terminate',
    MetadataOptions: {
      HttpEndpoint: 'enabled',
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    },
    NetworkInterfaces: [
      {
        DeviceIndex: 0,
        SubnetId: subnetId,
        Groups: [...settings.securityGroupIds],
        AssociatePublicIpAddress: settings.assignPublicIp,
        DeleteOnTermination: true,
      },
    ],
    BlockDeviceMappings: [
      {
        DeviceName: settings.rootDevice,
        Ebs: {
          DeleteOnTermination: true,
          Encrypted: true,
          VolumeSize: settings.diskGiB,
          VolumeType: 'gp3',
        },
      },
    ],
    TagSpecifications: tagSpecifications(order, spot),
    UserData: Buffer.from(userData, 'utf8').toString('base64'),
    ...(instanceProfile === undefined ? {} : { IamInstanceProfile: { Name: instanceProfile } }),
    ...(spot ? { InstanceMarketOptions: spotOnce } : {}),
  };
}

/** In the call itself: policies that go by tags see no untagged machine, not even for a moment. */
function tagSpecifications(tags: ApplianceTags, spot: boolean) {
  const Tags = Object.entries(toMachineTags(tags)).map(([Key, Value]) => ({ Key, Value }));
  const types: ResourceType[] = ['instance', 'volume', 'network-interface'];
  if (spot) types.push('spot-instances-request');
  return types.map((type) => ({ ResourceType: type, Tags }));
}
