import type { XmlValue } from '../../s3/xml/xml-writer.ts';
import { Ec2Error } from '../domain/ec2-error.ts';
import { findInstance } from './describe.ts';
import { authorize, type Ec2Call, refuseDryRun } from './ec2-call.ts';
import { stateView } from './instance-view.ts';

/** Idempotent: a terminated instance is terminated again. */
export function terminateInstances(call: Ec2Call): XmlValue {
  const { world, form } = call;
  const ids = form.texts('InstanceId');
  if (ids.length === 0) form.text('InstanceId.1');
  const isDryRun = form.flag('DryRun', false);
  form.finish();
  authorize(call, 'ec2:TerminateInstances', `instance/${ids[0] ?? ''}`);
  const instances = ids.map((id) => findInstance(world, id));
  refuseDryRun(isDryRun);
  const item = instances.map((instance) => {
    const previousState = stateView(instance.state);
    world.region.terminate(instance, {
      code: 'Client.UserInitiatedShutdown',
      message: 'Client.UserInitiatedShutdown: User initiated shutdown',
    });
    return { instanceId: instance.id, currentState: stateView(instance.state), previousState };
  });
  return { instancesSet: { item } };
}

export function deleteVolume(call: Ec2Call): XmlValue {
  const { world, form } = call;
  const id = form.text('VolumeId');
  const isDryRun = form.flag('DryRun', false);
  form.finish();
  authorize(call, 'ec2:DeleteVolume', `volume/${id}`);
  const { volumes } = world.region;
  const volume = volumes.get(id);
  if (volume === undefined) {
    throw new Ec2Error('InvalidVolume.NotFound', `The volume '${id}' does not exist.`);
  }
  if (volume.attachedTo !== undefined) {
    const text = `Volume ${id} is currently attached to ${volume.attachedTo}`;
    throw new Ec2Error('VolumeInUse', text);
  }
  refuseDryRun(isDryRun);
  volumes.delete(id);
  return { return: true };
}

export function deleteNetworkInterface(call: Ec2Call): XmlValue {
  const { world, form } = call;
  const id = form.text('NetworkInterfaceId');
  const isDryRun = form.flag('DryRun', false);
  form.finish();
  authorize(call, 'ec2:DeleteNetworkInterface', `network-interface/${id}`);
  const { interfaces } = world.region;
  const found = interfaces.get(id);
  if (found === undefined) {
    const text = `The networkInterface ID '${id}' does not exist`;
    throw new Ec2Error('InvalidNetworkInterfaceID.NotFound', text);
  }
  if (found.attachedTo !== undefined) {
    throw new Ec2Error('InvalidNetworkInterface.InUse', `Network interface '${id}' is in use.`);
  }
  refuseDryRun(isDryRun);
  interfaces.delete(id);
  return { return: true };
}
