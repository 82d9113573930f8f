import type { XmlValue } from '../../s3/xml/xml-writer.ts';
import { Ec2Error } from '../domain/ec2-error.ts';
import { type Filter, matchesAll, tagField } from '../domain/filters.ts';
import { type Instance, stateCodes } from '../domain/instance.ts';
import { authorize, type Ec2Call, type Ec2World, refuseDryRun } from './ec2-call.ts';
import { reservationView, tagSet } from './instance-view.ts';
import { invalid, type QueryForm } from './query-form.ts';

/** What the three Describe actions have in common. */
interface Question {
  readonly ids: readonly string[];
  readonly filters: readonly Filter[];
  readonly pageMax: number;
  readonly from: number;
}

function readQuestion(call: Ec2Call, action: string, idName: string): Question {
  const { form } = call;
  const ids = form.texts(idName);
  const pageMax = form.integer('MaxResults', { min: 5, max: 1_000 });
  if (pageMax !== undefined && ids.length > 0) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      'The parameter instancesSet cannot be used with the parameter maxResults',
    );
  }
  const question = {
    ids,
    filters: readFilters(form),
    pageMax: pageMax ?? 1_000,
    from: readFrom(form),
  };
  const isDryRun = form.flag('DryRun', false);
  form.finish();
  authorize(call, action);
  refuseDryRun(isDryRun);
  return question;
}

function readFilters(form: QueryForm): readonly Filter[] {
  return form.list('Filter').map((filter) => {
    const values = filter.texts('Value');
    const name = filter.text('Name');
    if (values.length > 0) return { name, values };
    throw new Ec2Error('MissingParameter', `The filter '${name}' has no value`);
  });
}

function readFrom(form: QueryForm): number {
  const token = form.optional('NextToken');
  if (token === undefined) return 0;
  const from = Number(
    Buffer.from(token, 'base64url')
      .toString('utf8')
      .replace(/^from /, ''),
  );
  if (Number.isInteger(from) && from > 0) return from;
  throw invalid('NextToken', 'Unable to parse pagination token');
}

function page<T>(found: readonly T[], { from, pageMax }: Question) {
  const end = from + pageMax;
  const nextToken =
    end < found.length ? Buffer.from(`from ${end}`).toString('base64url') : undefined;
  return { items: found.slice(from, end), nextToken };
}

export function describeInstances(call: Ec2Call): XmlValue {
  const { world } = call;
  const question = readQuestion(call, 'ec2:DescribeInstances', 'InstanceId');
  const instances =
    question.ids.length > 0
      ? question.ids.map((id) => findInstance(world, id))
      : [...world.region.instances.values()].filter((each) => world.region.isVisible(each));
  const found = instances.filter((each) => matchesAll(question.filters, instanceField(each)));
  const { items, nextToken } = page(found, question);
  return {
    reservationSet: { item: items.map((each) => reservationView(world, [each])) },
    nextToken,
  };
}

/** InvalidInstanceID.NotFound for what is not there, or not to be seen yet. */
export function findInstance({ region }: Ec2World, id: string): Instance {
  if (!/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new Ec2Error('InvalidInstanceID.Malformed', `Invalid id: "${id}"`);
  }
  const instance = region.instances.get(id);
  if (instance !== undefined && region.isVisible(instance)) return instance;
  throw new Ec2Error('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
}

function instanceField(instance: Instance) {
  const { spec, state } = instance;
  const fields: Readonly<Record<string, readonly string[]>> = {
    'client-token': [instance.clientToken ?? ''],
    'image-id': [spec.imageId],
    'instance-id': [instance.id],
    'instance-lifecycle': spec.spot ? ['spot'] : [],
    'instance-state-code': [String(stateCodes[state])],
    'instance-state-name': [state],
    'instance-type': [spec.instanceType],
    'subnet-id': [spec.subnetId],
  };
  return (name: string) => fields[name] ?? tagField(spec.tags.instance, name);
}

export function describeVolumes(call: Ec2Call): XmlValue {
  const question = readQuestion(call, 'ec2:DescribeVolumes', 'VolumeId');
  const { volumes } = call.world.region;
  const missing = question.ids.find((id) => !volumes.has(id));
  if (missing !== undefined) {
    throw new Ec2Error('InvalidVolume.NotFound', `The volume '${missing}' does not exist.`);
  }
  const found = [...volumes.values()].filter((volume) => {
    const status = volume.attachedTo === undefined ? 'available' : 'in-use';
    const fields: Readonly<Record<string, readonly string[]>> = {
      status: [status],
      'volume-id': [volume.id],
      'attachment.instance-id': volume.attachedTo === undefined ? [] : [volume.attachedTo],
    };
    const isAsked = question.ids.length === 0 || question.ids.includes(volume.id);
    const field = (name: string) => fields[name] ?? tagField(volume.tags, name);
    return isAsked && matchesAll(question.filters, field);
  });
  const { items, nextToken } = page(found, question);
  const item = items.map(({ id, sizeGiB, zone, attachedTo, tags, createdAtMs }) => ({
    volumeId: id,
    size: sizeGiB,
    availabilityZone: zone,
    status: attachedTo === undefined ? 'available' : 'in-use',
    createTime: new Date(createdAtMs).toISOString(),
    volumeType: 'gp3',
    attachmentSet: attachedTo === undefined ? '' : { item: [{ instanceId: attachedTo }] },
    tagSet: tagSet(tags),
  }));
  return { volumeSet: { item }, nextToken };
}

export function describeNetworkInterfaces(call: Ec2Call): XmlValue {
  const question = readQuestion(call, 'ec2:DescribeNetworkInterfaces', 'NetworkInterfaceId');
  const { interfaces } = call.world.region;
  const missing = question.ids.find((id) => !interfaces.has(id));
  if (missing !== undefined) {
    const text = `The networkInterface ID '${missing}' does not exist`;
    throw new Ec2Error('InvalidNetworkInterfaceID.NotFound', text);
  }
  const found = [...interfaces.values()].filter((each) => {
    const fields: Readonly<Record<string, readonly string[]>> = {
      status: [each.attachedTo === undefined ? 'available' : 'in-use'],
      'network-interface-id': [each.id],
      'subnet-id': [each.subnetId],
      'attachment.instance-id': each.attachedTo === undefined ? [] : [each.attachedTo],
    };
    const isAsked = question.ids.length === 0 || question.ids.includes(each.id);
    const field = (name: string) => fields[name] ?? tagField(each.tags, name);
    return isAsked && matchesAll(question.filters, field);
  });
  const { items, nextToken } = page(found, question);
  const item = items.map((each) => ({
    networkInterfaceId: each.id,
    subnetId: each.subnetId,
    availabilityZone: each.zone,
    privateIpAddress: each.privateIp,
    status: each.attachedTo === undefined ? 'available' : 'in-use',
    attachment: each.attachedTo === undefined ? undefined : { instanceId: each.attachedTo },
    tagSet: tagSet(each.tags),
  }));
  return { networkInterfaceSet: { item }, nextToken };
}
