import type { Instance } from '../domain/instance.ts';

/** Whose metadata, and where and when it is read. */
export interface MetadataView {
  readonly instance: Instance;
  readonly region: string;
  readonly accountId: string;
}

/** The value of a path below /latest/; undefined: 404 [EC2: Instance metadata categories]. */
export function readMetadata(view: MetadataView, path: string): string | Uint8Array | undefined {
  if (path === 'user-data') return view.instance.spec.userData;
  if (path === 'dynamic/instance-identity/document') return identityDocument(view);
  if (!path.startsWith('meta-data/')) return undefined;
  return metadataField(view, path.slice('meta-data/'.length));
}

function metadataField({ instance, region }: MetadataView, name: string): string | undefined {
  const { spec } = instance;
  switch (name) {
    case 'instance-id':
      return instance.id;
    case 'ami-id':
      return spec.imageId;
    case 'instance-type':
      return spec.instanceType;
    case 'instance-life-cycle':
      return spec.spot ? 'spot' : 'on-demand';
    case 'local-ipv4':
      return instance.privateIp;
    case 'reservation-id':
      return instance.reservationId;
    case 'placement/region':
      return region;
    case 'placement/availability-zone':
      return instance.zone;
    case 'spot/instance-action':
      return interruption(instance);
    case 'spot/termination-time':
      return seconds(instance.interruptedAtMs);
    case 'events/recommendations/rebalance':
      return instance.rebalanceAtMs === undefined
        ? undefined
        : JSON.stringify({ noticeTime: seconds(instance.rebalanceAtMs) });
    default:
      return tagOf(instance, name);
  }
}

function interruption({ interruptedAtMs }: Instance): string | undefined {
  if (interruptedAtMs === undefined) return undefined;
  return JSON.stringify({ action: 'terminate', time: seconds(interruptedAtMs) });
}

function tagOf({ spec }: Instance, name: string): string | undefined {
  if (spec.metadata.tags === 'disabled' || !name.startsWith('tags/instance')) return undefined;
  const key = name.slice('tags/instance/'.length);
  return key === '' ? Object.keys(spec.tags.instance).join('\n') : spec.tags.instance[key];
}

function identityDocument({ instance, region, accountId }: MetadataView): string {
  return JSON.stringify({
    accountId,
    architecture: /^[a-z]+\d+g/.test(instance.spec.instanceType) ? 'arm64' : 'x86_64',
    availabilityZone: instance.zone,
    imageId: instance.spec.imageId,
    instanceId: instance.id,
    instanceType: instance.spec.instanceType,
    pendingTime: seconds(instance.launchedAtMs),
    privateIp: instance.privateIp,
    region,
    version: '2017-09-30',
  });
}

function seconds(ms: number): string;
function seconds(ms: number | undefined): string | undefined;
function seconds(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString().replace(/\.\d{3}Z$/, 'Z');
}
