import type { HttpRequest } from '../../s3/api/http-request.ts';
import { readAdminBody, readNumber, readText, readTexts } from '../../s3/control/admin-body.ts';
import type { ArmReply } from '../api/arm-call.ts';
import { ArmError, notFound } from '../domain/arm-error.ts';
import type { ResourceGroup } from '../domain/resource-group.ts';
import type { AzureGuests } from '../guest/azure-guests.ts';
import type { ArmFault, ArmFaults } from './arm-faults.ts';

export interface ArmAdminParts {
  readonly adminToken: string;
  readonly group: ResourceGroup;
  readonly guests: AzureGuests;
  readonly faults: ArmFaults;
  readonly clock: { advance(ms: number): void };
}

type Body = Readonly<Record<string, unknown>>;
type Route = (parts: ArmAdminParts, body: Body) => unknown;

const PREFIX = '/_admin/';

export function isAdminPath(rawPath: string): boolean {
  return rawPath.startsWith(PREFIX);
}

export async function administerArm(request: HttpRequest, parts: ArmAdminParts): Promise<ArmReply> {
  if (request.headers.get('authorization') !== `Bearer ${parts.adminToken}`) {
    throw new ArmError(401, 'Unauthorized', 'The administrator token of the start is needed');
  }
  const route = ROUTES[`${request.method} ${request.rawPath.slice(PREFIX.length)}`];
  if (!route) throw new ArmError(404, 'NotFound', `no ${request.method} ${request.rawPath} here`);
  const body = request.method === 'POST' ? await readAdminBody(request.body()) : {};
  parts.group.tick();
  const answer = await route(parts, body);
  parts.group.tick();
  return { status: 200, body: answer };
}

const ROUTES: Readonly<Record<string, Route>> = {
  'GET resources': async ({ group, guests }) => ({
    creations: group.creations,
    machines: await Promise.all(
      [...group.machines.values()].map(async (machine) => ({
        name: machine.name,
        provisioning: machine.provisioning,
        power: machine.power,
        spot: machine.spec.spot,
        vmSize: machine.spec.vmSize,
        ...(await guests.told(machine)),
      })),
    ),
    parts: [...group.parts.values()],
  }),
  'POST clock': ({ group, clock }, body) => {
    clock.advance(readNumber(body, 'advanceMs', 0));
    return { now: new Date(group.nowMs).toISOString() };
  },
  'POST pace': ({ group }, body) => {
    group.pace.createMs = readNumber(body, 'createMs', group.pace.createMs);
    group.pace.deleteMs = readNumber(body, 'deleteMs', group.pace.deleteMs);
    return group.pace;
  },
  'POST faults': ({ faults }, body) => {
    const fault = { ...body, method: readText(body, 'method') } as ArmFault;
    faults.add(fault);
    return fault;
  },
  'DELETE faults': ({ faults }) => {
    faults.clear();
    return {};
  },
  'POST denied': ({ faults }, body) => {
    faults.denied = readTexts(body, 'actions');
    return faults.denied;
  },
  'POST evict': ({ group }, body) => {
    const name = readText(body, 'name');
    const machine = group.machines.get(name);
    if (machine === undefined) throw notFound(name);
    group.evict(machine);
    return {};
  },
};
