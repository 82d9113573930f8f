/**
 * Reading a log that is damaged: what cannot be read is passed over, and named.
 * A sound log gives the same states as every other reader's.
 */
import { isAppError } from '../../errors/app-error.ts';
import type { EntryBody } from './entry.ts';
import { logName, logPrefix } from './names.ts';
import { assertFollows, getIfThere, type LogReading } from './read-log.ts';
import { applyEntry, type LogState, type SessionState, type StoredEntry } from './state.ts';

/** What lies, or does not lie, at one place of the log. */
export interface LogPlace {
  readonly n: number;
  /** Undefined: it cannot be read. */
  readonly stored: StoredEntry | undefined;
  /** Of the bytes that lie there; undefined: nothing does. */
  readonly digest: string | undefined;
  /** Why it cannot be read. */
  readonly problem: string | undefined;
}

export interface LogStep {
  readonly state: LogState;
  /** What is wrong with the entry; undefined: it is sound, and follows the one before. */
  readonly problem: string | undefined;
}

/** The n of the last entry that a listing shows; -1: none. */
export async function lastListed({ store, signal }: LogReading): Promise<number> {
  let last = -1;
  for await (const { name } of store.list(logPrefix, signal)) {
    const n = Number(name.slice(logPrefix.length));
    if (Number.isSafeInteger(n) && n >= 0) last = Math.max(last, n);
  }
  return last;
}

export async function readPlace(reading: LogReading, n: number): Promise<LogPlace> {
  const blob = await getIfThere(reading, logName(n));
  if (blob === undefined) {
    return { n, stored: undefined, digest: undefined, problem: 'it is missing' };
  }
  const digest = await reading.codec.digest(blob.bytes);
  try {
    const entry = await reading.codec.decodeEntry(n, blob.bytes);
    const stored = { entry, digest, storedAtMs: blob.info.modifiedAtMs };
    return { n, stored, digest, problem: undefined };
  } catch (error) {
    if (!isAppError(error, 'E_REPOSITORY_DAMAGED')) throw error;
    return { n, stored: undefined, digest, problem: error.message };
  }
}

/**
 * The state after the place. Once something was passed over, what later entries
 * rely on is taken from them: who owned the repository, which sessions were open.
 * @param isExact nothing was passed over so far
 */
export function stepOver(state: LogState, place: LogPlace, isExact: boolean): LogStep {
  const { n, stored, digest, problem } = place;
  if (stored === undefined) {
    return { state: { ...state, head: n, digest: digest ?? '' }, problem };
  }
  const wrong = isExact ? chainProblem(state, stored) : undefined;
  const { state: applied, alarm } = applyEntry(state, stored);
  if (alarm === undefined || (isExact && wrong === undefined)) {
    return { state: applied, problem: wrong };
  }
  const forgiven = applyEntry(leniently(state, stored), stored, () => undefined);
  return { state: forgiven.state, problem: wrong };
}

/**
 * Reads on to the last entry that exists, past what is damaged.
 * @returns the places that were passed over
 */
export async function salvageLog(
  reading: LogReading,
  from: LogState,
): Promise<{ readonly state: LogState; readonly damaged: readonly number[] }> {
  const last = await lastListed(reading);
  const damaged: number[] = [];
  let state = from;
  for (let n = from.head + 1; ; n += 1) {
    const place = await readPlace(reading, n);
    if (place.digest === undefined && n > last) return { state, damaged };
    const step = stepOver(state, place, damaged.length === 0);
    if (step.problem !== undefined) damaged.push(n);
    state = step.state;
  }
}

function chainProblem(state: LogState, stored: StoredEntry): string | undefined {
  try {
    assertFollows(state.digest, stored);
    return undefined;
  } catch (error) {
    if (!isAppError(error, 'E_REPOSITORY_DAMAGED')) throw error;
    return error.message;
  }
}

/** The state as the entry's writer must have seen it. */
function leniently(state: LogState, { entry }: StoredEntry): LogState {
  const { epoch, body } = entry;
  const known = state.owner?.epoch ?? 0;
  const owner = epoch > known ? { epoch, incarnation: '', n: state.head } : state.owner;
  return withSession({ ...state, owner }, body);
}

function withSession(state: LogState, body: EntryBody): LogState {
  if (!('sessionId' in body) || !('jobId' in body) || body.type === 'begin') return state;
  const { jobId, sessionId } = body;
  const known = state.sessions.get(sessionId);
  const begun = { begunAtN: state.head, begunAtMs: state.headAtMs, changedAtMs: state.headAtMs };
  const session: SessionState = {
    ...{ jobId, sessionId, ...begun, committed: new Set<string>() },
    ...known,
    attempt: 'attempt' in body ? body.attempt : (known?.attempt ?? 1),
    phase: 'open',
  };
  return {
    ...state,
    sessions: new Map(state.sessions).set(sessionId, session),
    openSessions: new Map(state.openSessions).set(jobId, sessionId),
  };
}
