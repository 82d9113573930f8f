import { ArmError, notFound } from '../domain/arm-error.ts';
import type { Part, Tags } from '../domain/resource.ts';
import { type ArmCall, type ArmReply, authorize } from './arm-call.ts';

/** All resources of the group, by one tag at most: the filter knows nothing else. */
export function listResources(call: ArmCall): ArmReply {
  const { group } = call.world;
  authorize(call, 'Microsoft.Resources/subscriptions/resourceGroups/resources/read', group.path);
  const wanted = readTagFilter(call.query.get('$filter'));
  const machines = [...group.machines.values()].map(({ id, name, spec }) => ({
    id,
    name,
    type: 'Microsoft.Compute/virtualMachines',
    location: spec.location,
    tags: spec.tags,
  }));
  const parts = [...group.parts.values()].map(({ attachedTo: _, ...part }) => part);
  const value = [...machines, ...parts].filter(({ tags }) => wanted(tags));
  return { status: 200, body: { value } };
}

function readTagFilter(filter: string | null): (tags: Tags) => boolean {
  if (filter === null) return () => true;
  const [, name, value] = /^tagName eq '([^']+)' and tagValue eq '([^']*)'$/.exec(filter) ?? [];
  if (name === undefined) {
    throw new ArmError(400, 'InvalidFilterInQueryString', `Invalid $filter '${filter}'`);
  }
  return (tags) => tags[name] === value;
}

/** GET and DELETE of a disk or an interface. */
export function servePart(call: ArmCall, type: Part['type'], name: string): ArmReply {
  const { group } = call.world;
  const id = `${group.path}/providers/${type}/${name}`;
  const part = group.parts.get(id);
  if (call.method === 'GET') {
    authorize(call, `${type}/read`, id);
    if (part === undefined) throw notFound(id);
    const { attachedTo: _, ...resource } = part;
    return { status: 200, body: { ...resource, properties: { provisioningState: 'Succeeded' } } };
  }
  if (call.method !== 'DELETE') throw new ArmError(405, 'HttpMethodNotAllowed', call.method);
  authorize(call, `${type}/delete`, id);
  if (part === undefined) return { status: 204 };
  if (part.attachedTo !== undefined) {
    const code = type === 'Microsoft.Compute/disks' ? 'OperationNotAllowed' : 'NicInUse';
    throw new ArmError(409, code, `${id} is used by ${part.attachedTo}`);
  }
  group.parts.delete(id);
  return { status: 200 };
}

/** What the caller may do here: everything but what is denied. */
export function listPermissions({ world }: ArmCall): ArmReply {
  const value = [{ actions: ['*'], notActions: world.faults.denied }];
  return { status: 200, body: { value } };
}
