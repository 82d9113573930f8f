import type { EntryBodyOf, EntryType, PointRef } from '../entry.ts';
import { parsePackOrigin } from '../names.ts';
import type { LogState, SessionState, VoidReason } from '../state.ts';
import { rootOfPoint } from './roots.ts';

/** Per type: why an entry of it is void in a state; undefined: valid. */
export type ValidityTable = {
  readonly [T in EntryType]: (state: LogState, body: EntryBodyOf<T>) => VoidReason | undefined;
};

interface SessionAttempt {
  readonly jobId: string;
  readonly sessionId: string;
  readonly attempt: number;
}

const always = (): undefined => undefined;

function openSession(state: LogState, sessionId: string, jobId: string): SessionState | string {
  const session = state.sessions.get(sessionId);
  if (session === undefined) return `session ${sessionId} never began`;
  if (session.jobId !== jobId) return `session ${sessionId} is of job ${session.jobId}`;
  if (session.phase !== 'open') return `session ${sessionId} is ${session.phase}`;
  return session;
}

/** The session is open, and the attempt its latest. */
export function judgeAttempt(state: LogState, body: SessionAttempt): VoidReason | undefined {
  const session = openSession(state, body.sessionId, body.jobId);
  if (typeof session === 'string') return session;
  if (session.attempt === body.attempt) return undefined;
  return `attempt ${body.attempt} of session ${body.sessionId} is not its latest, ${session.attempt}`;
}

function judgeOwner(state: LogState, body: EntryBodyOf<'owner'>): VoidReason | undefined {
  const next = (state.owner?.epoch ?? 0) + 1;
  return body.epoch === next ? undefined : `owner epoch ${body.epoch} instead of ${next}`;
}

function judgeBegin(state: LogState, body: EntryBodyOf<'begin'>): VoidReason | undefined {
  const known = state.sessions.get(body.sessionId);
  if (known === undefined) {
    if (body.attempt !== 1) return `session ${body.sessionId} begins at attempt ${body.attempt}`;
    const open = state.openSessions.get(body.jobId);
    return open === undefined ? undefined : `job ${body.jobId} has the open session ${open}`;
  }
  const session = openSession(state, body.sessionId, body.jobId);
  if (typeof session === 'string') return session;
  if (body.attempt === session.attempt + 1) return undefined;
  return `attempt ${body.attempt} of session ${body.sessionId} follows ${session.attempt}`;
}

function judgeClose(state: LogState, body: EntryBodyOf<'close'>): VoidReason | undefined {
  const session = openSession(state, body.sessionId, body.jobId);
  return typeof session === 'string' ? session : undefined;
}

/**
 * A pack is condemned only when no root reaches it, so a point that is still a
 * root has no condemned pack. What is no root any more cannot be pinned.
 */
function judgePin(state: LogState, body: EntryBodyOf<'pin'>): VoidReason | undefined {
  const gone = body.points.find((ref) => rootOfPoint(state, ref) === undefined);
  return gone === undefined ? undefined : `${describePoint(gone)} is no longer kept`;
}

function describePoint(ref: PointRef): string {
  return `the point of object ${ref.objectId} by session ${ref.sessionId} of job ${ref.jobId}`;
}

function judgeExpire(state: LogState, body: EntryBodyOf<'expire'>): VoidReason | undefined {
  for (const [jobId, cutoffMs] of Object.entries(body.cutoffs)) {
    const current = state.cutoffs.get(jobId) ?? 0;
    if (cutoffMs < current) return `the cut-off of job ${jobId} goes back to ${cutoffMs}`;
  }
  return undefined;
}

function judgeRelocate(state: LogState, body: EntryBodyOf<'relocate'>): VoidReason | undefined {
  const stale = judgeAttempt(state, body);
  if (stale !== undefined) return stale;
  const newest = state.relocation?.n ?? -1;
  if (body.after !== newest)
    return `it follows the relocate ${body.after}, the newest is ${newest}`;
  return judgePacks(state, body.packs);
}

function judgeMend(state: LogState, body: EntryBodyOf<'mend'>): VoidReason | undefined {
  return judgeAttempt(state, body) ?? judgePacks(state, body.packs);
}

function judgePacks(state: LogState, packs: readonly string[]): VoidReason | undefined {
  const condemned = packs.find((pack) => state.condemned.has(pack));
  return condemned === undefined ? undefined : `pack ${condemned} is condemned`;
}

function judgeCondemn(state: LogState, body: EntryBodyOf<'condemn'>): VoidReason | undefined {
  if (body.computedTo === state.head) return undefined;
  return `computed from log/0..${body.computedTo} instead of log/0..${state.head}`;
}

function judgeSwept(state: LogState, body: EntryBodyOf<'swept'>): VoidReason | undefined {
  for (const pack of body.packs) {
    if (!state.condemned.has(pack)) return `pack ${pack} was not condemned`;
    const sessionId = parsePackOrigin(pack)?.sessionId ?? '';
    if (state.sessions.get(sessionId)?.phase === 'open')
      return `pack ${pack} is of an open session`;
  }
  return undefined;
}

/** The rows of docs/repository-log.md, "Validity". The rule of the epoch comes first. */
export const validityTable: ValidityTable = {
  owner: judgeOwner,
  begin: judgeBegin,
  commit: judgeAttempt,
  close: judgeClose,
  pin: judgePin,
  unpin: always,
  expire: judgeExpire,
  retire: always,
  relocate: judgeRelocate,
  mend: judgeMend,
  erase: always,
  condemn: judgeCondemn,
  swept: judgeSwept,
  settings: always,
};
