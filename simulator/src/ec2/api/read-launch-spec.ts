import { Ec2Error } from '../domain/ec2-error.ts';
import type { LaunchSpec, MetadataOptions, Tags } from '../domain/instance.ts';
import { invalid, type QueryForm } from './query-form.ts';

const USER_DATA_BYTES_MAX = 16 * 1024;
const TAGS_MAX = 50;
const resourceTypes = [
  'instance',
  'volume',
  'network-interface',
  'spot-instances-request',
] as const;

/** The parameters of RunInstances that are known here [EC2: RunInstances]. */
export function readLaunchSpec(form: QueryForm): LaunchSpec {
  requireOne(form);
  const network = readNetwork(form);
  return {
    imageId: readImage(form),
    instanceType: readInstanceType(form),
    ...network,
    instanceProfile: readProfile(form),
    spot: readMarket(form),
    shutdownBehavior: form.oneOf(
      'InstanceInitiatedShutdownBehavior',
      ['stop', 'terminate'],
      'stop',
    ),
    metadata: readMetadataOptions(form),
    userData: readUserData(form),
    disk: readDisk(form),
    tags: readTags(form),
  };
}

function requireOne(form: QueryForm): void {
  for (const name of ['MinCount', 'MaxCount']) {
    if (form.integer(name, { min: 1, max: 1_000 }) === undefined) form.text(name);
  }
  if (form.optional('MinCount') !== '1' || form.optional('MaxCount') !== '1') {
    throw invalid('MaxCount', 'only one instance a request is known here');
  }
}

function readImage(form: QueryForm): string {
  const imageId = form.text('ImageId');
  if (/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(imageId)) return imageId;
  throw new Ec2Error('InvalidAMIID.Malformed', `Invalid id: "${imageId}"`);
}

function readInstanceType(form: QueryForm): string {
  const instanceType = form.text('InstanceType');
  if (/^[a-z]+\d[a-z0-9-]*\.[a-z0-9-]+$/.test(instanceType)) return instanceType;
  throw invalid('InstanceType', `'${instanceType}'`);
}

function readProfile(form: QueryForm): string | undefined {
  const part = form.part('IamInstanceProfile');
  const [arn, name] = [part?.optional('Arn'), part?.optional('Name')];
  if (arn !== undefined && name !== undefined) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      "The parameter 'iamInstanceProfile.name' may not be used in combination with 'iamInstanceProfile.arn'",
    );
  }
  return name ?? arn?.replace(/^.*\//, '');
}

/** Subnet and groups stand at the top, or with the interface: never in both places. */
function readNetwork(form: QueryForm) {
  const [first, ...more] = form.list('NetworkInterface');
  if (first === undefined) {
    return {
      subnetId: form.optional('SubnetId') ?? 'subnet-default',
      groupIds: form.texts('SecurityGroupId'),
      publicIp: false,
      interfaceDeleteOnTermination: true,
    };
  }
  const isTwice = form.optional('SubnetId') ?? form.optional('SecurityGroupId.1');
  if (isTwice !== undefined || more.length > 0) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      'Network interfaces and an instance-level subnet ID may not be specified on the same request',
    );
  }
  if (first.text('DeviceIndex') !== '0') throw invalid('NetworkInterface.1.DeviceIndex', 'not 0');
  return {
    subnetId: first.text('SubnetId'),
    groupIds: first.texts('SecurityGroupId'),
    publicIp: first.flag('AssociatePublicIpAddress', false),
    interfaceDeleteOnTermination: first.flag('DeleteOnTermination', true),
  };
}

function readMarket(form: QueryForm): boolean {
  const market = form.part('InstanceMarketOptions');
  if (market === undefined) return false;
  const type = market.oneOf('MarketType', ['spot'], 'spot');
  const spot = market.part('SpotOptions');
  spot?.oneOf('SpotInstanceType', ['one-time'], 'one-time');
  spot?.oneOf('InstanceInterruptionBehavior', ['terminate'], 'terminate');
  spot?.optional('MaxPrice');
  return type === 'spot';
}

function readMetadataOptions(form: QueryForm): MetadataOptions {
  const part = form.part('MetadataOptions');
  return {
    httpTokens: part?.oneOf('HttpTokens', ['optional', 'required'], 'optional') ?? 'optional',
    hopLimit: part?.integer('HttpPutResponseHopLimit', { min: 1, max: 64 }) ?? 1,
    httpEndpoint: part?.oneOf('HttpEndpoint', ['enabled', 'disabled'], 'enabled') ?? 'enabled',
    tags: part?.oneOf('InstanceMetadataTags', ['enabled', 'disabled'], 'disabled') ?? 'disabled',
  };
}

function readUserData(form: QueryForm): Uint8Array | undefined {
  const encoded = form.optional('UserData');
  if (encoded === undefined) return undefined;
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(encoded)) {
    throw new Ec2Error('InvalidUserData.Malformed', 'Invalid BASE64 encoding of user data.');
  }
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.byteLength <= USER_DATA_BYTES_MAX) return bytes;
  throw invalid('UserData', `User data is limited to ${USER_DATA_BYTES_MAX} bytes`);
}

function readDisk(form: QueryForm): LaunchSpec['disk'] {
  const [device] = form.list('BlockDeviceMapping');
  const ebs = device?.part('Ebs');
  ebs?.oneOf('VolumeType', ['gp2', 'gp3', 'io1', 'io2'], 'gp3');
  ebs?.flag('Encrypted', false);
  return {
    deviceName: device?.optional('DeviceName') ?? '/dev/xvda',
    sizeGiB: ebs?.integer('VolumeSize', { min: 1, max: 16_384 }) ?? 8,
    deleteOnTermination: ebs?.flag('DeleteOnTermination', true) ?? true,
  };
}

function readTags(form: QueryForm): LaunchSpec['tags'] {
  const tags: Record<(typeof resourceTypes)[number], Tags> = {
    instance: {},
    volume: {},
    'network-interface': {},
    'spot-instances-request': {},
  };
  for (const specification of form.list('TagSpecification')) {
    const type = specification.oneOf('ResourceType', resourceTypes, 'instance');
    if (Object.keys(tags[type]).length > 0) throw invalid('TagSpecification', `two for ${type}`);
    tags[type] = readTagList(specification);
  }
  return tags;
}

function readTagList(specification: QueryForm): Tags {
  const tags: Record<string, string> = {};
  for (const tag of specification.list('Tag')) {
    const key = tag.text('Key');
    const value = tag.optional('Value') ?? '';
    if (key.startsWith('aws:') || key.length > 127) throw invalid('Tag key', `'${key}'`);
    if (value.length > 255) throw invalid('Tag value', 'longer than 255 characters');
    if (key in tags) throw invalid('Tag', `duplicate key '${key}'`);
    tags[key] = value;
  }
  if (Object.keys(tags).length > TAGS_MAX) throw invalid('Tag', 'more than 50');
  return tags;
}
