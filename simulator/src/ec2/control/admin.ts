import type { HttpRequest } from '../../s3/api/http-request.ts';
import { readAdminBody, readNumber, readText, readTexts } from '../../s3/control/admin-body.ts';
import type { Credentials } from '../../s3/signing/credentials.ts';
import { Ec2Error, isEc2ErrorCode } from '../domain/ec2-error.ts';
import type { Instance } from '../domain/instance.ts';
import type { Region } from '../domain/region.ts';
import type { GuestMachines } from '../guest/guest-machines.ts';
import type { CloudFault, CloudFaults, Shortage } from './cloud-faults.ts';

export interface Ec2AdminParts {
  readonly adminToken: string;
  readonly region: Region;
  readonly guests: GuestMachines;
  readonly faults: CloudFaults;
  readonly credentials: Credentials;
  readonly clock: { advance(ms: number): void };
  readonly newId: () => string;
}

type Body = Readonly<Record<string, unknown>>;
type Route = (parts: Ec2AdminParts, body: Body) => unknown;

const PREFIX = '/_admin/';

export function isAdminPath(rawPath: string): boolean {
  return rawPath.startsWith(PREFIX);
}

/** Answers the administrator. @returns JSON */
export async function administerEc2(request: HttpRequest, parts: Ec2AdminParts): Promise<string> {
  if (request.headers.get('authorization') !== `Bearer ${parts.adminToken}`) {
    throw new Ec2Error('AuthFailure', 'The administrator token of the start is needed');
  }
  const route = ROUTES[`${request.method} ${request.rawPath.slice(PREFIX.length)}`];
  if (!route) throw new Ec2Error('InvalidAction', `no ${request.method} ${request.rawPath} here`);
  const body = request.method === 'POST' ? await readAdminBody(request.body()) : {};
  parts.region.tick();
  const answer = await route(parts, body);
  parts.region.tick();
  return JSON.stringify(answer);
}

const ROUTES: Readonly<Record<string, Route>> = {
  'GET instances': async ({ region, guests }) => ({
    launches: region.launches,
    volumes: region.volumes.size,
    interfaces: region.interfaces.size,
    instances: await Promise.all(
      [...region.instances.values()].map((each) => describe(each, guests)),
    ),
  }),
  'POST clock': ({ region, clock }, body) => {
    clock.advance(readNumber(body, 'advanceMs', 0));
    return { now: new Date(region.nowMs).toISOString() };
  },
  'POST pace': ({ region }, body) => {
    region.pace.bootMs = readNumber(body, 'bootMs', region.pace.bootMs);
    region.pace.shutdownMs = readNumber(body, 'shutdownMs', region.pace.shutdownMs);
    region.pace.lagMs = readNumber(body, 'lagMs', region.pace.lagMs);
    return region.pace;
  },
  'POST faults': ({ faults, newId }, body) => {
    const fault = readFault(body, newId());
    faults.add(fault);
    return fault;
  },
  'DELETE faults': ({ faults }) => {
    faults.clear();
    return {};
  },
  'POST shortages': ({ faults }, body) => {
    faults.shortages = [...faults.shortages, readShortage(body)];
    return faults.shortages;
  },
  'DELETE shortages': ({ faults }) => {
    faults.shortages = [];
    return {};
  },
  'POST limits': ({ faults }, body) => {
    faults.instancesMax = readNumber(body, 'instancesMax', Number.MAX_SAFE_INTEGER);
    return { instancesMax: faults.instancesMax };
  },
  'POST credentials': ({ credentials }, body) => {
    credentials.put({
      accessKeyId: readText(body, 'accessKeyId'),
      secretAccessKey: readText(body, 'secretAccessKey'),
      deny: readTexts(body, 'deny'),
    });
    return {};
  },
  'POST interrupt': ({ region }, body) => {
    region.interrupt(instanceOf(region, body));
    return {};
  },
  'POST rebalance': ({ region }, body) => {
    instanceOf(region, body).rebalanceAtMs = region.nowMs;
    return {};
  },
};

function instanceOf(region: Region, body: Body): Instance {
  const id = readText(body, 'instanceId');
  const instance = region.instances.get(id);
  if (instance !== undefined) return instance;
  throw new Ec2Error('InvalidInstanceID.NotFound', `The instance ID '${id}' does not exist`);
}

async function describe(instance: Instance, guests: GuestMachines): Promise<unknown> {
  const { id, state, reason, spec, clientToken } = instance;
  return {
    id,
    state,
    reason: reason?.code,
    clientToken,
    spot: spec.spot,
    instanceType: spec.instanceType,
    subnetId: spec.subnetId,
    tags: spec.tags.instance,
    pid: await guests.pidOf(id),
    metadataUrl: await guests.metadataUrlOf(id),
  };
}

function readFault(body: Body, id: string): CloudFault {
  const { cut, error } = body;
  if (cut !== undefined && cut !== 'lose' && cut !== 'drop') throw bad("'cut' is lose or drop");
  return {
    id,
    action: readText(body, 'action'),
    skip: readNumber(body, 'skip', 0),
    count: readNumber(body, 'count', 1),
    ...(cut === undefined ? {} : { cut }),
    ...(body['delayMs'] === undefined ? {} : { delayMs: readNumber(body, 'delayMs', 0) }),
    ...(error === undefined ? {} : { error: readRefusal(error) }),
  };
}

function readRefusal(value: unknown): NonNullable<CloudFault['error']> {
  const error = typeof value === 'object' && value !== null ? (value as Body) : {};
  const code = readText(error, 'code');
  if (!isEc2ErrorCode(code)) throw bad(`'${code}' is no error code that is known here`);
  return { code, message: readText(error, 'message') };
}

function readShortage(body: Body): Shortage {
  const market = body['market'] ?? 'both';
  if (market !== 'spot' && market !== 'on-demand' && market !== 'both') {
    throw bad("'market' is spot, on-demand or both");
  }
  const instanceTypes = readTexts(body, 'instanceTypes');
  return { instanceTypes, subnetIds: readTexts(body, 'subnetIds'), market };
}

function bad(message: string): Ec2Error {
  return new Ec2Error('InvalidParameterValue', message);
}
