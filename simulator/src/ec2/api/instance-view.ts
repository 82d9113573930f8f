import type { XmlValue } from '../../s3/xml/xml-writer.ts';
import { type Instance, stateCodes, type Tags } from '../domain/instance.ts';
import type { Ec2World } from './ec2-call.ts';

/** Instances of one reservation, as RunInstances and DescribeInstances answer them. */
export function reservationView(world: Ec2World, instances: readonly Instance[]): XmlValue {
  return {
    reservationId: instances[0]?.reservationId,
    ownerId: world.accountId,
    groupSet: '',
    instancesSet: { item: instances.map(instanceView) },
  };
}

export function stateView(state: Instance['state']): XmlValue {
  return { code: stateCodes[state], name: state };
}

export function tagSet(tags: Tags): XmlValue {
  return { item: Object.entries(tags).map(([key, value]) => ({ key, value })) };
}

function instanceView(instance: Instance): XmlValue {
  const { spec, state, reason } = instance;
  const isGone = state === 'terminated';
  return {
    instanceId: instance.id,
    imageId: spec.imageId,
    instanceState: stateView(state),
    privateDnsName: '',
    dnsName: '',
    reason: reason === undefined ? '' : `${reason.message}`,
    amiLaunchIndex: 0,
    instanceType: spec.instanceType,
    launchTime: new Date(instance.launchedAtMs).toISOString(),
    placement: { availabilityZone: instance.zone, tenancy: 'default' },
    ...(isGone ? {} : { subnetId: spec.subnetId, privateIpAddress: instance.privateIp }),
    stateReason: reason && { code: reason.code, message: reason.message },
    rootDeviceType: 'ebs',
    rootDeviceName: spec.disk.deviceName,
    blockDeviceMapping: isGone ? '' : { item: [diskView(instance)] },
    clientToken: instance.clientToken ?? '',
    ...(instance.spotRequestId === undefined
      ? {}
      : { instanceLifecycle: 'spot', spotInstanceRequestId: instance.spotRequestId }),
    tagSet: tagSet(spec.tags.instance),
    networkInterfaceSet: isGone ? '' : { item: [interfaceView(instance)] },
    metadataOptions: {
      state: 'applied',
      httpTokens: spec.metadata.httpTokens,
      httpPutResponseHopLimit: spec.metadata.hopLimit,
      httpEndpoint: spec.metadata.httpEndpoint,
      instanceMetadataTags: spec.metadata.tags,
    },
  };
}

function diskView({ spec, volumeId, launchedAtMs }: Instance): XmlValue {
  return {
    deviceName: spec.disk.deviceName,
    ebs: {
      volumeId,
      status: 'attached',
      attachTime: new Date(launchedAtMs).toISOString(),
      deleteOnTermination: spec.disk.deleteOnTermination,
    },
  };
}

function interfaceView({ spec, interfaceId, privateIp }: Instance): XmlValue {
  return {
    networkInterfaceId: interfaceId,
    subnetId: spec.subnetId,
    privateIpAddress: privateIp,
    status: 'in-use',
    attachment: { deleteOnTermination: spec.interfaceDeleteOnTermination, deviceIndex: 0 },
  };
}
