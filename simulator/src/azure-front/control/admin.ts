import type { FaultAction, FaultRule, FaultRules } from '../../app/fault-rules.ts';
import type { Latency } from '../../app/latency.ts';
import { AzureError } from '../domain/azure-error.ts';
import { type BlobVersion, versionsOf } from '../domain/blob-record.ts';
import type { Ledger } from '../domain/ledger.ts';
import type { FrontReply } from '../http/front-reply.ts';
import type { FrontRequest } from '../http/front-request.ts';
import {
  type AdminBody,
  badAdminRequest,
  readAdminBody,
  readFlag,
  readPositive,
  readText,
} from './admin-body.ts';
import type { Meter } from './meter.ts';
import { changedPrices } from './price-changes.ts';
import type { RehydrationDesk } from './rehydration-desk.ts';
import type { StorageBill } from './storage-bill.ts';

/** What an administrator works on. */
export interface AdminParts {
  readonly adminToken: string;
  readonly ledger: Ledger;
  readonly rehydrating: ReadonlySet<BlobVersion>;
  readonly desk: RehydrationDesk;
  readonly meter: Meter;
  readonly bill: StorageBill;
  readonly faults: FaultRules;
  readonly latency: Latency;
  readonly clock: { nowMs(): number; advance(ms: number): void };
  readonly newId: () => string;
}

type AdminRoute = (parts: AdminParts, body: AdminBody, query: FrontRequest['query']) => unknown;

const PREFIX = '/_admin/';

/** Accounts have no underscore: these paths belong to nobody else. */
export function isAdminPath(rawPath: string): boolean {
  return rawPath.startsWith(PREFIX);
}

/** Answers the administrator in JSON. */
export async function administer(request: FrontRequest, parts: AdminParts): Promise<FrontReply> {
  if (request.headers.get('authorization') !== `Bearer ${parts.adminToken}`) {
    throw new AzureError('AuthenticationFailed', 'The administrator token of the start is needed');
  }
  const route = ROUTES[`${request.method} ${request.rawPath.slice(PREFIX.length)}`];
  if (!route) throw badAdminRequest(`no ${request.method} ${request.rawPath} here`);
  const body = request.method === 'POST' ? await readAdminBody(request.message) : {};
  const answer = route(parts, body, request.query);
  const headers = { 'content-type': 'application/json' };
  return { status: 200, headers, body: JSON.stringify(answer) };
}

const ROUTES: Readonly<Record<string, AdminRoute>> = {
  'GET meter': ({ meter, bill, ledger, clock }) => ({
    ...meter.report(),
    storage: bill.report(ledger.versions(), clock.nowMs()),
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
  'GET containers': ({ ledger }) => [...ledger.containers()].map(describeContainer),
  'POST account': ({ ledger }, body) => {
    ledger.versioning = readFlag(body, 'versioning');
    return { versioning: ledger.versioning };
  },
  'POST containers': ({ ledger }, body) => {
    if (!ledger.versioning) throw badAdminRequest('the account has no versioning');
    ledger.container(readText(body, 'container')).versionLevelWorm = true;
    return { container: body['container'], versionLevelWorm: true };
  },
  'GET rehydrations': ({ rehydrating }) =>
    [...rehydrating].map(({ place, rehydration }) => ({ ...place, ...rehydration })),
  'POST rehydrations': ({ desk }, body) => {
    desk.speed = readPositive(body, 'speed', desk.speed);
    desk.highBytesPerHour = readPositive(body, 'highBytesPerHour', desk.highBytesPerHour);
    return { speed: desk.speed, highBytesPerHour: desk.highBytesPerHour };
  },
  'POST clock': ({ clock }, body) => {
    clock.advance(readPositive(body, 'advanceMs', Number.NaN));
    return { now: new Date(clock.nowMs()).toISOString() };
  },
  'POST latency': ({ latency }, body) => {
    const fixedMs = body['fixedMs'] === 0 ? 0 : readPositive(body, 'fixedMs', 1);
    latency.plan = { fixedMs, jitterMs: 0 };
    return latency.plan;
  },
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
};

function describeContainer([name, { blobs, versionLevelWorm }]: readonly [
  string,
  ReturnType<Ledger['container']>,
]): unknown {
  const versions = [...blobs.values()].flatMap(versionsOf);
  const bytes = versions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const current = [...blobs.values()].filter((record) => record.current).length;
  return { name, versionLevelWorm, blobs: current, versions: versions.length, bytes };
}

function readRule(body: AdminBody, id: string): FaultRule {
  const { action, method, count, skip, rate } = body;
  if (typeof action !== 'object' || action === null) {
    throw badAdminRequest("'action' must be an object");
  }
  return {
    id: typeof body['id'] === 'string' ? body['id'] : id,
    route: readText(body, 'route'),
    action: action as FaultAction,
    ...(typeof method === 'string' && { method }),
    ...(typeof count === 'number' && { count }),
    ...(typeof skip === 'number' && { skip }),
    ...(typeof rate === 'number' && { rate }),
  };
}
