import type { XmlValue } from '../../s3/xml/xml-writer.ts';
import { Ec2Error } from '../domain/ec2-error.ts';
import type { Instance, LaunchSpec } from '../domain/instance.ts';
import { authorize, type Ec2Call, type Ec2World, refuseDryRun } from './ec2-call.ts';
import { reservationView } from './instance-view.ts';
import { invalid } from './query-form.ts';
import { readLaunchSpec } from './read-launch-spec.ts';

/** RunInstances, one instance at a time. */
export function runInstances(call: Ec2Call): XmlValue {
  const { world, form } = call;
  const spec = readLaunchSpec(form);
  const clientToken = form.optional('ClientToken');
  if (clientToken !== undefined && !/^[\x21-\x7e]{1,64}$/.test(clientToken)) {
    throw invalid('ClientToken', 'it has up to 64 ASCII characters');
  }
  const isDryRun = form.flag('DryRun', false);
  form.finish();
  authorizeLaunch(call, spec);
  const parameters = form.canonical(['ClientToken', 'DryRun', 'Version']);
  const nowMs = world.region.nowMs;
  const before =
    clientToken === undefined ? undefined : world.tokens.find(clientToken, parameters, nowMs);
  const [again] = before ?? [];
  if (again !== undefined) return reservationView(world, [again]);
  checkKnown(world, spec);
  refuseDryRun(isDryRun);
  const instance = launch(world, spec, clientToken);
  if (clientToken !== undefined) world.tokens.keep(clientToken, parameters, [instance]);
  return reservationView(world, [instance]);
}

function launch(
  { region, faults }: Ec2World,
  spec: LaunchSpec,
  clientToken: string | undefined,
): Instance {
  const alive = [...region.instances.values()].filter(({ state }) => isAlive(state)).length;
  faults.checkLimit(alive, spec);
  faults.checkCapacity(spec, `${region.name}a`);
  return region.launch(spec, clientToken);
}

function isAlive(state: Instance['state']): boolean {
  return state === 'pending' || state === 'running';
}

/** Each of the resources that a launch touches has its own permission. */
function authorizeLaunch(call: Ec2Call, spec: LaunchSpec): void {
  const { accountId, region } = call.world;
  const arn = (what: string) => `arn:aws:ec2:${region.name}:${accountId}:${what}`;
  authorize(call, 'ec2:RunInstances', arn('instance/*'));
  const isTagged = Object.values(spec.tags).some((tags) => Object.keys(tags).length > 0);
  if (isTagged) authorize(call, 'ec2:CreateTags', arn('instance/*'));
  if (spec.instanceProfile !== undefined) {
    authorize(call, 'iam:PassRole', `arn:aws:iam::${accountId}:role/${spec.instanceProfile}`);
  }
}

function checkKnown({ known }: Ec2World, spec: LaunchSpec): void {
  const isMissing = (listed: readonly string[], id: string) =>
    listed.length > 0 && !listed.includes(id);
  if (isMissing(known.images, spec.imageId)) {
    const text = `The image id '[${spec.imageId}]' does not exist`;
    throw new Ec2Error('InvalidAMIID.NotFound', text);
  }
  if (isMissing(known.subnets, spec.subnetId)) {
    const text = `The subnet ID '${spec.subnetId}' does not exist`;
    throw new Ec2Error('InvalidSubnetID.NotFound', text);
  }
  const group = spec.groupIds.find((id) => isMissing(known.groups, id));
  if (group !== undefined) {
    throw new Ec2Error('InvalidGroup.NotFound', `The security group '${group}' does not exist`);
  }
  const { instanceProfile } = spec;
  if (instanceProfile !== undefined && isMissing(known.profiles, instanceProfile)) {
    throw invalid(
      'iamInstanceProfile.name',
      `Invalid IAM Instance Profile name ${instanceProfile}`,
    );
  }
}
