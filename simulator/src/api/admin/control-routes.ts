import type { FaultAction, FaultRule } from '../../app/fault-rules.ts';
import { ok } from '../core/api-message.ts';
import type { PlainRoute } from '../core/graph-call.ts';
import { badRequest } from '../core/graph-error.ts';
import { readAdminBody, readNumber, readText, readTexts } from './admin-body.ts';
import type { AdminParts } from './admin-parts.ts';

/** Statistics, applications, faults, latency, limits, clock and delta tokens. */
export function controlRoutes(parts: AdminParts): readonly PlainRoute[] {
  const post = { method: 'POST', admin: true } as const;
  const { faults, clock, delta, stats, latency } = parts;
  return [
    { method: 'GET', pattern: '/_admin/stats', admin: true, handle: () => ok(report(parts)) },
    {
      ...post,
      pattern: '/_admin/stats/reset',
      handle: () => {
        stats.reset();
        parts.budget.refused = 0;
        return ok({});
      },
    },
    { method: 'GET', pattern: '/_admin/sent', admin: true, handle: () => ok(parts.sent.all()) },
    {
      ...post,
      pattern: '/_admin/apps',
      handle: async (call) => {
        const body = await readAdminBody(call);
        const appId = readText(body, 'appId');
        parts.apps.put({
          appId,
          displayName: typeof body['displayName'] === 'string' ? body['displayName'] : appId,
          certificates: readTexts(body, 'certificates'),
          secrets: readTexts(body, 'secrets'),
          roles: readTexts(body, 'roles'),
        });
        return ok({ appId });
      },
    },
    { method: 'GET', pattern: '/_admin/faults', admin: true, handle: () => ok(faults.list()) },
    {
      ...post,
      pattern: '/_admin/faults',
      handle: async (call) => {
        const rule = readRule(await readAdminBody(call), call.requestId);
        faults.add(rule);
        return ok(rule);
      },
    },
    {
      method: 'DELETE',
      pattern: '/_admin/faults',
      admin: true,
      handle: (call) => {
        faults.clear(call.query.get('id') ?? undefined);
        return ok(faults.list());
      },
    },
    {
      ...post,
      pattern: '/_admin/latency',
      handle: async (call) => {
        const body = await readAdminBody(call);
        latency.plan = {
          fixedMs: readNumber(body, 'fixedMs', 0),
          jitterMs: readNumber(body, 'jitterMs', 0),
        };
        return ok(latency.plan);
      },
    },
    {
      ...post,
      pattern: '/_admin/limits',
      handle: async (call) => {
        const body = await readAdminBody(call);
        const { concurrent, requests, windowMs } = parts.budget.limits;
        parts.budget.limits = {
          concurrent: readNumber(body, 'concurrent', concurrent),
          requests: readNumber(body, 'requests', requests),
          windowMs: readNumber(body, 'windowMs', windowMs),
        };
        return ok(parts.budget.limits);
      },
    },
    {
      ...post,
      pattern: '/_admin/clock',
      handle: async (call) => {
        clock.advance(readNumber(await readAdminBody(call), 'advanceMs', 0));
        return ok({ now: new Date(clock.nowMs()).toISOString() });
      },
    },
    {
      ...post,
      pattern: '/_admin/delta-tokens',
      handle: async (call) => {
        const body = await readAdminBody(call);
        delta.lifetimeMs = readNumber(body, 'lifetimeMs', delta.lifetimeMs);
        if (body['expireAll'] === true) delta.expireAll();
        return ok({ epoch: delta.epoch, lifetimeMs: delta.lifetimeMs });
      },
    },
  ];
}

function report(parts: AdminParts): unknown {
  const totals = new Map(parts.parties.map((party) => [party.kind, party.totals()]));
  const mail = totals.get('mail') ?? { items: 0, bytes: 0 };
  const file = totals.get('file') ?? { items: 0, bytes: 0 };
  return {
    users: parts.directory.size,
    mails: mail.items,
    mailBytes: mail.bytes,
    files: file.items,
    fileBytes: file.bytes,
    bytes: mail.bytes + file.bytes,
    throttled: parts.budget.refused,
    sent: parts.sent.all().length,
    requests: parts.stats.report(),
  };
}

function readRule(body: Readonly<Record<string, unknown>>, id: string): FaultRule {
  const action = body['action'];
  if (typeof action !== 'object' || action === null) throw badRequest("'action' must be an object");
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
