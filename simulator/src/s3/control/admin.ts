import type { FaultAction, FaultRule, FaultRules } from '../../app/fault-rules.ts';
import type { Latency } from '../../app/latency.ts';
import type { HttpRequest } from '../api/http-request.ts';
import { queryMap } from '../api/http-request.ts';
import type { S3Reply } from '../api/s3-call.ts';
import type { Bucket } from '../domain/bucket.ts';
import type { ObjectVersion } from '../domain/object-version.ts';
import { S3Error } from '../domain/s3-error.ts';
import type { Credentials } from '../signing/credentials.ts';
import type { Roles } from '../sts/assume-role.ts';
import {
  badAdminRequest,
  readAdminBody,
  readNumber,
  readPositive,
  readText,
  readTexts,
} from './admin-body.ts';
import type { Meter } from './meter.ts';
import type { PrefixThrottle } from './prefix-throttle.ts';
import { changedPrices } from './price-changes.ts';
import type { RestoreDesk } from './restore-desk.ts';
import type { StorageBill } from './storage-bill.ts';

/** What an administrator works on. */
export interface AdminParts {
  readonly adminToken: string;
  readonly buckets: ReadonlyMap<string, Bucket>;
  readonly faults: FaultRules;
  readonly latency: Latency;
  readonly throttle: PrefixThrottle;
  readonly meter: Meter;
  readonly bill: StorageBill;
  readonly restores: RestoreDesk;
  readonly credentials: Credentials;
  readonly roles: Roles;
  readonly clock: { nowMs(): number; advance(ms: number): void };
  readonly newId: () => string;
}

type AdminBody = Readonly<Record<string, unknown>>;
type AdminRoute = (
  parts: AdminParts,
  body: AdminBody,
  query: ReadonlyMap<string, string>,
) => unknown;

const PREFIX = '/_admin/';

/** Buckets cannot begin with an underscore: these paths belong to nobody else. */
export function isAdminPath(rawPath: string): boolean {
  return rawPath.startsWith(PREFIX);
}

/** Answers the administrator in JSON. */
export async function administer(request: HttpRequest, parts: AdminParts): Promise<S3Reply> {
  if (request.headers.get('authorization') !== `Bearer ${parts.adminToken}`) {
    throw new S3Error('AccessDenied', 'The administrator token of the start is needed');
  }
  const route = ROUTES[`${request.method} ${request.rawPath.slice(PREFIX.length)}`];
  if (!route) throw badAdminRequest(`no ${request.method} ${request.rawPath} here`);
  const body = request.method === 'POST' ? await readAdminBody(request.body()) : {};
  const answer = route(parts, body, queryMap(request.rawQuery));
  const headers = { 'content-type': 'application/json' };
  return { status: 200, headers, document: JSON.stringify(answer) };
}

const ROUTES: Readonly<Record<string, AdminRoute>> = {
  'GET meter': ({ meter, bill, buckets, clock }) => ({
    ...meter.report(),
    storage: bill.report(objectVersions(buckets), clock.nowMs()),
  }),
  'POST meter/reset': ({ meter, bill, clock }) => {
    meter.reset();
    bill.begin(clock.nowMs());
    return {};
  },
  'POST meter/prices': ({ meter, bill }, body) => {
    meter.prices = changedPrices(meter.prices, body);
    bill.prices = meter.prices;
    return meter.prices;
  },
  'GET buckets': ({ buckets }) => [...buckets.values()].map(describeBucket),
  'GET faults': ({ faults }) => faults.list(),
  'POST faults': ({ faults, newId }, body) => {
    const rule = readRule(body, newId());
    faults.add(rule);
    return rule;
  },
  'DELETE faults': ({ faults }, _body, query) => {
    faults.clear(query.get('id'));
    return faults.list();
  },
  'POST latency': ({ latency }, body) => {
    latency.plan = {
      fixedMs: readNumber(body, 'fixedMs', 0),
      jitterMs: readNumber(body, 'jitterMs', 0),
    };
    return latency.plan;
  },
  'POST throttle': ({ throttle }, body) => {
    throttle.plan = {
      writesPerSecond: readNumber(body, 'writesPerSecond', undefined),
      readsPerSecond: readNumber(body, 'readsPerSecond', undefined),
    };
    return throttle.plan;
  },
  'POST restores': ({ restores }, body) => {
    restores.perSecond = readNumber(body, 'perSecond', restores.perSecond);
    restores.speed = readPositive(body, 'speed', restores.speed);
    return { perSecond: restores.perSecond, speed: restores.speed };
  },
  'POST clock': ({ clock }, body) => {
    clock.advance(readAdvance(body));
    return { now: new Date(clock.nowMs()).toISOString() };
  },
  'POST credentials': ({ credentials }, body) => {
    const sessionToken = body['sessionToken'];
    credentials.put({
      accessKeyId: readText(body, 'accessKeyId'),
      secretAccessKey: readText(body, 'secretAccessKey'),
      deny: readTexts(body, 'deny'),
      ...(typeof sessionToken === 'string' ? { sessionToken } : {}),
    });
    return { accessKeyId: body['accessKeyId'] };
  },
  'POST roles': ({ roles }, body) => {
    const roleArn = readText(body, 'roleArn');
    const externalId = body['externalId'];
    roles.set(roleArn, typeof externalId === 'string' ? externalId : undefined);
    return { roleArn };
  },
  'DELETE credentials': ({ credentials }, _body, query) => ({
    removed: credentials.remove(query.get('accessKeyId') ?? ''),
  }),
};

function* objectVersions(buckets: AdminParts['buckets']): Generator<ObjectVersion> {
  for (const bucket of buckets.values()) {
    for (const version of bucket.allVersions()) if (version.kind === 'object') yield version;
  }
}

function describeBucket(bucket: Bucket): unknown {
  const totals = { versions: 0, markers: 0, bytes: 0 };
  for (const version of bucket.allVersions()) {
    if (version.kind === 'marker') totals.markers += 1;
    else {
      totals.versions += 1;
      totals.bytes += version.body.sizeBytes;
    }
  }
  return {
    name: bucket.name,
    versioning: bucket.versioning,
    uploads: bucket.uploads.size,
    ...totals,
  };
}

function readAdvance(body: AdminBody): number {
  const value = body['advanceMs'];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw badAdminRequest("'advanceMs' must be a number");
}

function readRule(body: AdminBody, id: string): FaultRule {
  const action = body['action'];
  if (typeof action !== 'object' || action === null) {
    throw badAdminRequest("'action' must be an object");
  }
  return {
    id: typeof body['id'] === 'string' ? body['id'] : id,
    route: readText(body, 'route'),
    action: action as FaultAction,
    ...(typeof body['method'] === 'string' ? { method: body['method'] } : {}),
    ...(body['count'] === undefined ? {} : { count: readNumber(body, 'count', 0) }),
    ...(body['skip'] === undefined ? {} : { skip: readNumber(body, 'skip', 0) }),
    ...(body['rate'] === undefined ? {} : { rate: readNumber(body, 'rate', 1) }),
  };
}
