import type { Changed, ChangeWindow } from '../../domain/mailbox/change-window.ts';
import { type ChangePage, nextChanges } from '../../domain/mailbox/change-window.ts';
import type { TokenPayload } from '../../ports/token-sealer.ts';
import type { GraphCall } from '../core/graph-call.ts';
import { badRequest, GraphError } from '../core/graph-error.ts';
import { pageLink } from '../core/page-link.ts';
import type { MailContext } from './mail-context.ts';

/** A round of delta calls: where it stands and what its first request asked for. */
export interface DeltaRound extends ChangeWindow {
  /** What is tracked; a token of another collection is refused. */
  readonly scope: string;
  readonly pageSize: number;
  readonly select: readonly string[] | undefined;
  readonly filter: string | undefined;
}

const PAGE_DEFAULT = 10;
const PAGE_MAX = 1000;

/** Reads the round of a call: out of its token, or a new one that begins now. */
export function openRound(
  context: MailContext,
  call: GraphCall,
  source: { readonly scope: string; readonly lastSeq: number },
): DeltaRound {
  const { skiptoken, deltatoken, select, top, filter } = call.options;
  if (skiptoken !== undefined && deltatoken !== undefined) {
    throw badRequest('$skiptoken and $deltatoken cannot be combined.');
  }
  const token = skiptoken ?? deltatoken;
  const asked = preferredSize(call) ?? top;
  if (token === undefined) {
    const pageSize = Math.min(asked ?? PAGE_DEFAULT, PAGE_MAX);
    return {
      position: 0,
      roundStart: source.lastSeq,
      scope: source.scope,
      pageSize,
      select,
      filter,
    };
  }
  const kind = skiptoken === undefined ? 'delta' : 'skip';
  const round = readToken(context, call, { token, kind, scope: source.scope });
  return { ...round, pageSize: Math.min(preferredSize(call) ?? round.pageSize, PAGE_MAX) };
}

function preferredSize(call: GraphCall): number | undefined {
  const text = call.preference('odata.maxpagesize');
  if (text === undefined) return undefined;
  if (!/^[1-9]\d{0,5}$/.test(text)) throw badRequest(`Invalid odata.maxpagesize '${text}'.`);
  return Number(text);
}

function readToken(
  context: MailContext,
  call: GraphCall,
  { token, kind, scope }: { token: string; kind: string; scope: string },
): DeltaRound {
  const payload = context.sealer.open(token);
  if (payload?.['k'] !== kind || payload['s'] !== scope) {
    throw badRequest('The sync state is invalid for this collection.', 'SyncStateInvalid');
  }
  const age = { epoch: Number(payload['e']), issuedMs: Number(payload['t']) };
  const isAlive = context.delta.isAlive(age, context.clock.nowMs());
  if (!isAlive || call.quirks.has('expire-token')) throw syncStateGone();
  return {
    scope,
    position: Number(payload['p']),
    roundStart: Number(payload['r']),
    pageSize: Number(payload['n']),
    select: typeof payload['c'] === 'string' ? payload['c'].split(',') : undefined,
    filter: typeof payload['f'] === 'string' ? payload['f'] : undefined,
  };
}

/** [Microsoft: delta-query-overview]: 40X with this code for Outlook resources. */
function syncStateGone(): GraphError {
  return new GraphError({
    status: 410,
    code: 'SyncStateNotFound',
    message: 'The sync state generation is not found; a full synchronization is needed.',
  });
}

/** The entries of a page and the link that follows it. */
export interface DeltaPageView<L, R> {
  readonly entries: ChangePage<L, R>['entries'];
  readonly link: Readonly<Record<string, string>>;
}

/**
 * The next page of a round; the end of a round stands for all changes up to now. Answers `@odata.nextLink` or `@odata.deltaLink`.
 */
export function readDeltaPage<L extends Changed, R extends Changed>(
  context: MailContext,
  call: GraphCall,
  work: { round: DeltaRound; live: Iterable<L>; removed: Iterable<R>; lastSeq: number },
): DeltaPageView<L, R> {
  const { round } = work;
  if (call.quirks.has('empty-page')) {
    return { entries: [], link: linkOf(context, call, { round, kind: 'skip' }) };
  }
  const page = nextChanges(work, round, round.pageSize);
  const first = page.entries[0];
  const repeated =
    first && call.quirks.has('repeat-items') ? [...page.entries, first] : page.entries;
  const next = page.more
    ? { ...round, position: page.position }
    : { ...round, position: work.lastSeq, roundStart: 0 };
  const kind = page.more ? 'skip' : 'delta';
  return { entries: repeated, link: linkOf(context, call, { round: next, kind }) };
}

function linkOf(
  context: MailContext,
  call: GraphCall,
  { round, kind }: { round: DeltaRound; kind: 'skip' | 'delta' },
): Readonly<Record<string, string>> {
  const payload: TokenPayload = {
    k: kind,
    s: round.scope,
    p: round.position,
    r: round.roundStart,
    n: round.pageSize,
    c: round.select?.join(',') ?? null,
    f: round.filter ?? null,
    e: context.delta.epoch,
    t: context.clock.nowMs(),
  };
  const token = context.sealer.seal(payload);
  return kind === 'skip'
    ? { '@odata.nextLink': pageLink(call, { $skiptoken: token }) }
    : { '@odata.deltaLink': pageLink(call, { $deltatoken: token }) };
}

/** The only filter and order that delta of messages and items documents. */
export function checkDeltaFilter(options: GraphCall['options']): void {
  const { filter, orderby } = options;
  if (filter !== undefined && !/^\s*receivedDateTime\s+(?:ge|gt)\s+\S+\s*$/i.test(filter)) {
    throw badRequest(`The $filter '${filter}' is not supported with change tracking.`);
  }
  if (orderby !== undefined && !/^\s*receivedDateTime\s+desc\s*$/i.test(orderby)) {
    throw badRequest(`The $orderby '${orderby}' is not supported with change tracking.`);
  }
}
