import { ArmError, notFound } from '../domain/arm-error.ts';
import type { Machine, Operation } from '../domain/resource.ts';
import { type ArmCall, type ArmReply, type ArmWorld, authorize } from './arm-call.ts';
import { readMachineSpec } from './read-machine-spec.ts';

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9-]{0,63}$/;
const OPERATIONS_VERSION = '2026-04-01';

/** PUT, GET and DELETE of one machine. */
export function serveMachine(call: ArmCall, name: string): ArmReply {
  const { group } = call.world;
  const id = group.machineId(name);
  if (!NAME.test(name)) throw new ArmError(400, 'InvalidParameter', `name '${name}'`);
  switch (call.method) {
    case 'GET': {
      authorize(call, 'Microsoft.Compute/virtualMachines/read', id);
      const machine = group.machines.get(name);
      if (machine === undefined) throw notFound(id);
      const isExpanded = call.query.get('$expand') === 'instanceView';
      return { status: 200, body: machineView(machine, isExpanded) };
    }
    case 'PUT':
      authorize(call, 'Microsoft.Compute/virtualMachines/write', id);
      return putMachine(call, name);
    case 'DELETE': {
      authorize(call, 'Microsoft.Compute/virtualMachines/delete', id);
      const machine = group.machines.get(name);
      if (machine === undefined) return { status: 204 };
      return { status: 202, headers: polling(call.world, group.delete(machine)) };
    }
    default:
      throw new ArmError(405, 'HttpMethodNotAllowed', call.method);
  }
}

export function listMachines(call: ArmCall): ArmReply {
  const { group } = call.world;
  authorize(call, 'Microsoft.Compute/virtualMachines/read', group.path);
  const value = [...group.machines.values()].map((machine) => machineView(machine, false));
  return { status: 200, body: { value } };
}

function putMachine({ world, headers, body, fault }: ArmCall, name: string): ArmReply {
  const { group } = world;
  const spec = readMachineSpec(body);
  const known = group.machines.get(name);
  if (known !== undefined) {
    if (headers.get('if-none-match') === '*') {
      const text = `The resource '${known.id}' exists already.`;
      throw new ArmError(412, 'PreconditionFailed', text);
    }
    // whether a body that holds custom data is the same one cannot be told: the stricter answer
    const text = "Changing property 'osProfile.customData' is not allowed.";
    throw new ArmError(409, 'PropertyChangeNotAllowed', text);
  }
  if (fault?.refuse !== undefined) {
    if (fault.leavesInterface) group.makeInterface(spec);
    throw new ArmError(fault.refuse.status, fault.refuse.code, fault.refuse.message);
  }
  const { machine, operation } = group.create(name, spec, fault?.failLater);
  return { status: 201, headers: polling(world, operation), body: machineView(machine, false) };
}

/** Where an operation is asked for; both headers, as the compute provider gives them. */
function polling(
  { origin, subscriptionId, group }: ArmWorld,
  { id }: Operation,
): Readonly<Record<string, string>> {
  const operations = `${origin()}/subscriptions/${subscriptionId}/providers/Microsoft.Compute/locations/any/operations`;
  const url = `${operations}/${id}?api-version=${OPERATIONS_VERSION}`;
  const retryAfter = String(Math.ceil(Math.min(group.pace.createMs, 10_000) / 1_000));
  return {
    'azure-asyncoperation': url,
    location: `${url}&monitor=true`,
    'retry-after': retryAfter,
  };
}

export function serveOperation(world: ArmWorld, id: string): ArmReply {
  const operation = world.group.operations.get(id);
  if (operation === undefined) throw new ArmError(404, 'NotFound', `operation '${id}'`);
  if (!world.group.isDone(operation)) {
    return { status: 200, body: { name: id, status: 'InProgress' } };
  }
  const { failure, kind } = operation;
  if (kind === 'create' && failure !== undefined) {
    return { status: 200, body: { name: id, status: 'Failed', error: failure } };
  }
  return { status: 200, body: { name: id, status: 'Succeeded' } };
}

function machineView(machine: Machine, isExpanded: boolean): unknown {
  const { id, name, vmId, spec, provisioning } = machine;
  return {
    id,
    name,
    type: 'Microsoft.Compute/virtualMachines',
    location: spec.location,
    tags: spec.tags,
    properties: {
      vmId,
      provisioningState: provisioning,
      hardwareProfile: { vmSize: spec.vmSize },
      priority: spec.spot ? 'Spot' : 'Regular',
      networkProfile: {
        networkInterfaces: [
          {
            id: id.replace(
              /Microsoft\.Compute.*$/,
              `Microsoft.Network/networkInterfaces/${spec.nic.name}`,
            ),
            properties: { deleteOption: spec.nic.deleteOption },
          },
        ],
      },
      timeCreated: new Date(machine.createdAtMs).toISOString(),
      ...(isExpanded ? { instanceView: { statuses: statuses(machine) } } : {}),
    },
  };
}

function statuses({ provisioning, power, failure }: Machine): unknown[] {
  if (provisioning === 'Failed' && failure !== undefined) {
    const code = `ProvisioningState/failed/${failure.code}`;
    return [
      { code, level: 'Error', displayStatus: 'Provisioning failed', message: failure.message },
    ];
  }
  const state = provisioning.toLowerCase();
  return [
    { code: `ProvisioningState/${state}`, level: 'Info' },
    { code: `PowerState/${power}`, level: 'Info' },
  ];
}
