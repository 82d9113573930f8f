import { assertNever, invariant } from '../../../errors/invariant.ts';
import type { EntryBody, EntryBodyOf } from '../entry.ts';
import type { CondemnedPack, LogState, SessionPhase, SessionState } from '../state.ts';
import { eraseObjects, withoutErased } from './erasing.ts';
import { mendRoots } from './mending.ts';
import { commitPoints, expirePoints, retireObject } from './points.ts';
import { rootOfJudgedPoint } from './roots.ts';

/** What a valid entry does. The state's head and time are already the entry's. */
export function effects(state: LogState, body: EntryBody): LogState {
  switch (body.type) {
    case 'owner': {
      const { epoch, incarnation } = body;
      return { ...state, owner: { epoch, incarnation, n: state.head } };
    }
    case 'begin':
      return begin(state, body);
    case 'commit':
      return commit(state, body);
    case 'close':
      return endSession(state, body.sessionId, 'closed');
    case 'pin':
      return pin(state, body);
    case 'unpin':
      return { ...state, pins: without(state.pins, body.pinId) };
    case 'expire':
      return expirePoints(state, body);
    case 'retire':
      return retireObject(state, body);
    case 'relocate':
      return { ...state, relocation: { root: body.root, n: state.head } };
    case 'mend':
      return mendRoots(state, body);
    case 'erase':
      return eraseObjects(state, body);
    case 'condemn':
      return condemn(state, body);
    case 'swept':
      return swept(state, body);
    case 'settings':
      return { ...state, settings: merged(state.settings, Object.entries(body.settings)) };
    default:
      return assertNever(body);
  }
}

function merged<V>(map: ReadonlyMap<string, V>, more: Iterable<readonly [string, V]>) {
  const copy = new Map(map);
  for (const [key, value] of more) copy.set(key, value);
  return copy;
}

function without<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

function begin(state: LogState, body: EntryBodyOf<'begin'>): LogState {
  const { jobId, sessionId, attempt } = body;
  const known = state.sessions.get(sessionId);
  const session: SessionState = {
    jobId,
    sessionId,
    attempt,
    phase: 'open',
    begunAtN: known?.begunAtN ?? state.head,
    begunAtMs: known?.begunAtMs ?? state.headAtMs,
    changedAtMs: state.headAtMs,
    committed: known?.committed ?? new Set(),
  };
  return {
    ...state,
    sessions: merged(state.sessions, [[sessionId, session]]),
    openSessions: merged(state.openSessions, [[jobId, sessionId]]),
  };
}

function sessionOf(state: LogState, sessionId: string): SessionState {
  const session = state.sessions.get(sessionId);
  invariant(session !== undefined, `session ${sessionId} is unknown to the log`);
  return session;
}

function commit(state: LogState, body: EntryBodyOf<'commit'>): LogState {
  const session = sessionOf(state, body.sessionId);
  const committed = new Set([...session.committed, ...Object.keys(body.objects)]);
  const changed: SessionState = { ...session, committed, changedAtMs: state.headAtMs };
  const kept = withoutErased(state, body, session);
  const withPoints = commitPoints(state, kept, session.committed);
  const next: LogState = {
    ...withPoints,
    sessions: merged(state.sessions, [[body.sessionId, changed]]),
  };
  return body.done ? endSession(next, body.sessionId, 'done') : next;
}

function endSession(state: LogState, sessionId: string, phase: SessionPhase): LogState {
  const session: SessionState = {
    ...sessionOf(state, sessionId),
    phase,
    changedAtMs: state.headAtMs,
  };
  return forgetSwept({
    ...state,
    sessions: merged(state.sessions, [[sessionId, session]]),
    openSessions: without(state.openSessions, session.jobId),
  });
}

function pin(state: LogState, body: EntryBodyOf<'pin'>): LogState {
  const points = body.points.map((ref) => {
    const root = rootOfJudgedPoint(state, ref);
    return { ...ref, root: root ?? '' };
  });
  const { pinId, untilMs } = body;
  return {
    ...state,
    pins: merged(state.pins, [[pinId, { pinId, points, untilMs, n: state.head }]]),
  };
}

function condemn(state: LogState, body: EntryBodyOf<'condemn'>): LogState {
  const condemned = new Map<string, CondemnedPack>(state.condemned);
  for (const pack of body.packs) {
    if (condemned.has(pack)) continue;
    condemned.set(pack, { n: state.head, atMs: state.headAtMs, sweptAtN: undefined });
  }
  return { ...state, condemned };
}

function swept(state: LogState, body: EntryBodyOf<'swept'>): LogState {
  const condemned = new Map<string, CondemnedPack>(state.condemned);
  for (const pack of body.packs) {
    const known = condemned.get(pack);
    if (known !== undefined) condemned.set(pack, { ...known, sweptAtN: state.head });
  }
  return forgetSwept({ ...state, condemned });
}

/**
 * A swept name is forgotten once every session that began before it was swept
 * has ended: a later one found it condemned when it began, and took it out of
 * its index.
 */
function forgetSwept(state: LogState): LogState {
  const oldestOpenN = Math.min(
    ...[...state.openSessions.values()].map((id) => sessionOf(state, id).begunAtN),
  );
  const kept = new Map<string, CondemnedPack>();
  let { forgottenTo } = state;
  for (const [name, pack] of state.condemned) {
    if (pack.sweptAtN === undefined || pack.sweptAtN > oldestOpenN) kept.set(name, pack);
    else forgottenTo = state.head;
  }
  return kept.size === state.condemned.size ? state : { ...state, condemned: kept, forgottenTo };
}
