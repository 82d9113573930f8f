/**
 * What the entries of a log mean, folded one after the other. The fold is pure:
 * two readers of the same entries hold equal states. A state is never changed;
 * each entry makes a new one that shares what did not change.
 */
import { invariant } from '../../errors/invariant.ts';
import type { LogEntry, PointRef, Setting } from './entry.ts';
import { effects } from './state/effects.ts';
import { validityTable } from './state/validity.ts';

export interface OwnerState {
  readonly epoch: number;
  readonly incarnation: string;
  readonly n: number;
}

/**
 * `open` → `done` by a commit that says so; `open` → `closed` by a close. Both
 * are final: no entry of an ended session is valid.
 */
export type SessionPhase = 'open' | 'done' | 'closed';

export interface SessionState {
  readonly jobId: string;
  readonly sessionId: string;
  /** The latest; packs of lower attempts may be used only by reading them back. */
  readonly attempt: number;
  readonly phase: SessionPhase;
  /** The n of its first begin. */
  readonly begunAtN: number;
  readonly begunAtMs: number;
  /** Of its last entry. */
  readonly changedAtMs: number;
  /** Objects that it committed, by any attempt. */
  readonly committed: ReadonlySet<string>;
}

/** A restore point of one object. */
export interface ObjectPoint {
  readonly sessionId: string;
  readonly root: string;
  readonly committedAtMs: number;
  readonly n: number;
  /** Expired, but still the newest of its object and therefore kept. */
  readonly expired: boolean;
}

export interface ObjectPoints {
  /** Oldest first. Expired ones are gone, except for the newest until it is retired. */
  readonly points: readonly ObjectPoint[];
  /** When the object left the job. A later commit of the object undoes it. */
  readonly retiredAtMs: number | undefined;
}

/**
 * A restore point of a job: what a user sees. Its content is, per object, the
 * newest point at or before n.
 */
export interface RestorePoint {
  readonly jobId: string;
  readonly sessionId: string;
  /** Of its last commit. */
  readonly n: number;
  readonly committedAtMs: number;
  /** The session said done. */
  readonly complete: boolean;
}

export interface PinnedPoint extends PointRef {
  readonly root: string;
}

export interface Pin {
  readonly pinId: string;
  readonly points: readonly PinnedPoint[];
  readonly untilMs: number;
  readonly n: number;
}

export interface CondemnedPack {
  /** The condemn entry, and its time by the storage's clock. */
  readonly n: number;
  readonly atMs: number;
  /** Set once a swept entry named it. */
  readonly sweptAtN: number | undefined;
}

/** The newest relocation table. A segment that it does not name lies where tables of objects say. */
export interface RelocationState {
  readonly root: string;
  /** Of the relocate entry. */
  readonly n: number;
}

/** An object that was erased. A later session may commit it again. */
export interface ErasedObject {
  readonly erasureId: string;
  /** Of the erase entry, and its time by the storage's clock. */
  readonly n: number;
  readonly atMs: number;
}

export interface LogState {
  /** n of the last entry read; −1 of an empty log. */
  readonly head: number;
  /** Digest of the stored bytes of that entry; empty for an empty log. */
  readonly digest: string;
  /** The latest time of any entry so far, by the storage's clock. Never goes back. */
  readonly headAtMs: number;
  readonly owner: OwnerState | undefined;
  /** Session id → session. */
  readonly sessions: ReadonlyMap<string, SessionState>;
  /** Job id → its open session. */
  readonly openSessions: ReadonlyMap<string, string>;
  /** Job id → object id → points. */
  readonly points: ReadonlyMap<string, ReadonlyMap<string, ObjectPoints>>;
  /** Job id → restore points, oldest first. */
  readonly restorePoints: ReadonlyMap<string, readonly RestorePoint[]>;
  /** Job id → what was superseded before this time is expired. */
  readonly cutoffs: ReadonlyMap<string, number>;
  readonly pins: ReadonlyMap<string, Pin>;
  /** Pack name → when it was condemned. Never to be referred to again. */
  readonly condemned: ReadonlyMap<string, CondemnedPack>;
  /**
   * The last entry whose swept names this state no longer lists. An index kept
   * from before it may name them: it is dropped (isIndexUsable).
   */
  readonly forgottenTo: number;
  /** Where relocated segments lie; undefined: none was relocated. */
  readonly relocation: RelocationState | undefined;
  /** Object id → its newest erasure. */
  readonly erased: ReadonlyMap<string, ErasedObject>;
  readonly settings: ReadonlyMap<string, Setting>;
}

export const emptyLogState: LogState = {
  head: -1,
  digest: '',
  headAtMs: 0,
  owner: undefined,
  sessions: new Map(),
  openSessions: new Map(),
  points: new Map(),
  restorePoints: new Map(),
  cutoffs: new Map(),
  pins: new Map(),
  condemned: new Map(),
  forgottenTo: -1,
  relocation: undefined,
  erased: new Map(),
  settings: new Map(),
};

/** Why an entry has no effect, in words for an operator. */
export type VoidReason = string;

/** Correct writers never produce a void entry: each is an alarm. */
export interface LogAlarm {
  readonly n: number;
  readonly type: LogEntry['body']['type'];
  readonly reason: VoidReason;
}

export interface Applied {
  readonly state: LogState;
  /** Set when the entry is void: then only head, digest and time have moved on. */
  readonly alarm: LogAlarm | undefined;
}

/** An entry as it lies in the storage. */
export interface StoredEntry {
  readonly entry: LogEntry;
  /** Of its stored bytes. */
  readonly digest: string;
  /** By the storage's clock. */
  readonly storedAtMs: number;
}

/** Decides whether an entry is void; undefined: it is valid. */
export type Judge = (state: LogState, entry: LogEntry) => VoidReason | undefined;

/** Rule of the epoch, then the row of the validity table. */
export const judgeEntry: Judge = (state, entry) => {
  const epoch = state.owner?.epoch ?? 0;
  if (entry.epoch !== epoch) return `its epoch is ${entry.epoch}, the owner's is ${epoch}`;
  const row = validityTable[entry.body.type] as (
    state: LogState,
    body: LogEntry['body'],
  ) => VoidReason | undefined;
  return row(state, entry.body);
};

/**
 * The next state. The entry MUST be the one after state.head, and its
 * previousDigest state.digest; whoever reads checks both.
 */
export function applyEntry(state: LogState, stored: StoredEntry, judge = judgeEntry): Applied {
  const { entry, digest } = stored;
  invariant(entry.n === state.head + 1, `entry ${entry.n} applied after ${state.head}`);
  const atMs = Math.max(state.headAtMs, stored.storedAtMs);
  const reason = judge(state, entry);
  const moved: LogState = { ...state, head: entry.n, digest, headAtMs: atMs };
  if (reason !== undefined) {
    return { state: moved, alarm: { n: entry.n, type: entry.body.type, reason } };
  }
  return { state: effects(moved, entry.body), alarm: undefined };
}

/** Whether a session is known and may still commit. */
export function isSessionOpen(state: LogState, sessionId: string): boolean {
  return state.sessions.get(sessionId)?.phase === 'open';
}

/**
 * Whether an index of contents that was last reconciled at entry reconciledTo may
 * be used by a session that begins on this state. The session MUST then take out
 * of it all that state.condemned names, and may go on with it until it ends.
 */
export function isIndexUsable(state: LogState, reconciledTo: number): boolean {
  return reconciledTo >= state.forgottenTo;
}

/** Points of an object of a job, oldest first; empty when it has none. */
export function pointsOf(state: LogState, jobId: string, objectId: string): readonly ObjectPoint[] {
  return state.points.get(jobId)?.get(objectId)?.points ?? [];
}

/** The base of the next incremental of an object. */
export function newestPoint(
  state: LogState,
  jobId: string,
  objectId: string,
): ObjectPoint | undefined {
  return pointsOf(state, jobId, objectId).at(-1);
}

/**
 * What a restore point of a job shows: per object its newest point at or before
 * the restore point; objects retired before it are not in it.
 */
export function contentOfRestorePoint(
  state: LogState,
  restorePoint: RestorePoint,
): ReadonlyMap<string, ObjectPoint> {
  const content = new Map<string, ObjectPoint>();
  for (const [objectId, { points, retiredAtMs }] of state.points.get(restorePoint.jobId) ?? []) {
    const point = points.findLast((candidate) => candidate.n <= restorePoint.n);
    const retired = retiredAtMs !== undefined && retiredAtMs < restorePoint.committedAtMs;
    if (point !== undefined && !retired) content.set(objectId, point);
  }
  return content;
}
