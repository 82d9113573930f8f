import type { DeltaPolicy } from '../../app/delta-policy.ts';
import type { Directory, User } from '../../domain/directory.ts';
import { nextChanges } from '../../domain/mailbox/change-window.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TokenSealer } from '../../ports/token-sealer.ts';
import { type ApiResponse, ok } from '../core/api-message.ts';
import type { GraphCall, GraphRoute } from '../core/graph-call.ts';
import { badRequest, GraphError } from '../core/graph-error.ts';
import { contextUrl, pageLink } from '../core/page-link.ts';
import { READ_USERS, showUser } from './user-view.ts';

interface UserDeltaParts {
  readonly directory: Directory;
  readonly sealer: TokenSealer;
  readonly clock: Clock;
  readonly delta: DeltaPolicy;
}

/** Where a client stands, and what its first request asked for. */
interface Round {
  readonly position: number;
  readonly roundStart: number;
  readonly select: readonly string[] | undefined;
  /** Undefined: everybody. */
  readonly ids: readonly string[] | undefined;
}

const PAGE_SIZE = 100;
/** [Microsoft: delta-query-overview, Token duration]: directory objects. */
const LIFETIME_MS = 7 * 86_400_000;

/** `/users/delta` [Microsoft: user-delta]: users who are new, changed or removed. */
export function userDeltaRoute(parts: UserDeltaParts): GraphRoute {
  return {
    method: 'GET',
    pattern: '/users/delta()',
    permissions: READ_USERS,
    query: ['$select', '$filter', '$skiptoken', '$deltatoken'],
    handle: (call) => answer(call, parts, openRound(call, parts)),
  };
}

function openRound(call: GraphCall, parts: UserDeltaParts): Round {
  const { skiptoken, deltatoken, select, filter } = call.options;
  if (skiptoken !== undefined && deltatoken !== undefined) {
    throw badRequest('$skiptoken and $deltatoken cannot be combined.');
  }
  const { lastSeq } = parts.directory;
  const asked = { select, ids: filter === undefined ? undefined : readIds(filter) };
  if (deltatoken === 'latest') return { ...asked, position: lastSeq, roundStart: 0 };
  const token = skiptoken ?? deltatoken ?? '';
  if (token === '') return { ...asked, position: 0, roundStart: lastSeq };
  if (select !== undefined || filter !== undefined) {
    throw badRequest('Query options of the first request are part of the token.');
  }
  return readToken(call, parts, { token, kind: skiptoken === undefined ? 'delta' : 'skip' });
}

/** Only users by their ids can be picked out. */
function readIds(filter: string): readonly string[] {
  const ids = filter
    .split(/\s+or\s+/i)
    .map((term) => /^\s*id\s+eq\s+'([^']+)'\s*$/i.exec(term)?.[1]);
  if (ids.some((id) => id === undefined)) {
    throw badRequest(
      `The $filter '${filter}' is not supported with change tracking.`,
      'Request_UnsupportedQuery',
    );
  }
  return ids.map((id) => (id ?? '').toLowerCase());
}

function readToken(
  call: GraphCall,
  { sealer, clock, delta }: UserDeltaParts,
  { token, kind }: { token: string; kind: 'skip' | 'delta' },
): Round {
  const payload = sealer.open(token);
  if (payload?.['k'] !== `users-${kind}`) {
    throw badRequest('The token is invalid.', 'Request_BadRequest');
  }
  const age = { epoch: Number(payload['e']), issuedMs: Number(payload['t']) };
  const nowMs = clock.nowMs();
  const isAlive = delta.isAlive(age, nowMs) && nowMs - age.issuedMs <= LIFETIME_MS;
  if (!isAlive || call.quirks.has('expire-token')) throw resyncRequired(call);
  return {
    position: Number(payload['p']),
    roundStart: Number(payload['r']),
    select: readList(payload['c']),
    ids: readList(payload['i']),
  };
}

function readList(value: unknown): readonly string[] | undefined {
  return typeof value === 'string' ? value.split(',') : undefined;
}

/** [Microsoft: delta-query-overview, Synchronization reset]: begin anew at the Location. */
function resyncRequired(call: GraphCall): GraphError {
  return new GraphError({
    status: 410,
    code: 'Directory_ResyncRequired',
    message: 'The token has expired; a full synchronization is needed.',
    headers: { location: `${call.selfUrl}?$deltatoken=` },
  });
}

function answer(call: GraphCall, parts: UserDeltaParts, round: Round): ApiResponse {
  const { directory } = parts;
  const isAsked = (id: string): boolean => round.ids?.includes(id) ?? true;
  const source = {
    live: directory.live().filter(({ user }) => isAsked(user.id)),
    removed: directory.removed().filter(({ id }) => isAsked(id)),
  };
  const isEmpty = call.quirks.has('empty-page');
  const page = nextChanges(source, round, isEmpty ? 0 : PAGE_SIZE);
  const more = page.more || isEmpty;
  const next = more
    ? { ...round, position: page.position }
    : { ...round, position: directory.lastSeq, roundStart: 0 };
  const suffix = round.select ? `(${round.select.join(',')})` : '';
  return ok({
    '@odata.context': contextUrl(call, `users${suffix}`),
    ...linkOf(call, parts, { round: next, kind: more ? 'skip' : 'delta' }),
    value: page.entries.map(({ live, removed }) =>
      live
        ? changedUser(live.user, round.select)
        : { id: removed.id, '@removed': { reason: 'changed' } },
    ),
  });
}

/** Properties that were never set do not come; the id always does. */
function changedUser(user: User, select: readonly string[] | undefined): unknown {
  const shown = Object.entries(showUser(user, select)).filter(([, value]) => value !== null);
  return { ...Object.fromEntries(shown), id: user.id };
}

function linkOf(
  call: GraphCall,
  { sealer, delta, clock }: UserDeltaParts,
  { round, kind }: { round: Round; kind: 'skip' | 'delta' },
): Record<string, string> {
  const token = sealer.seal({
    k: `users-${kind}`,
    p: round.position,
    r: round.roundStart,
    c: round.select?.join(',') ?? null,
    i: round.ids?.join(',') ?? null,
    e: delta.epoch,
    t: clock.nowMs(),
  });
  return kind === 'skip'
    ? { '@odata.nextLink': pageLink(call, { $skiptoken: token }) }
    : { '@odata.deltaLink': pageLink(call, { $deltatoken: token }) };
}
