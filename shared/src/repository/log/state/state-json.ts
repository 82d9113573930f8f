import type { Setting } from '../entry.ts';
import type {
  CondemnedPack,
  ErasedObject,
  LogState,
  ObjectPoints,
  OwnerState,
  Pin,
  RelocationState,
  RestorePoint,
  SessionPhase,
} from '../state.ts';

/**
 * Raised when the fold of the log changes: checkpoints of another version are
 * passed over, and the log is read from an older one or from its beginning.
 */
export const stateVersion = 3;

export interface SessionJson {
  readonly jobId: string;
  readonly sessionId: string;
  readonly attempt: number;
  readonly phase: SessionPhase;
  readonly begunAtN: number;
  readonly begunAtMs: number;
  readonly changedAtMs: number;
  readonly committed: readonly string[];
}

type Entries<V> = readonly (readonly [string, V])[];

/** A state as plain JSON. Maps are arrays of pairs in the order of insertion. */
export interface LogStateJson {
  readonly version: number;
  readonly head: number;
  readonly digest: string;
  readonly headAtMs: number;
  readonly owner?: OwnerState | undefined;
  readonly sessions: readonly SessionJson[];
  readonly openSessions: Entries<string>;
  readonly points: Entries<Entries<ObjectPoints>>;
  readonly restorePoints: Entries<readonly RestorePoint[]>;
  readonly cutoffs: Entries<number>;
  readonly pins: readonly Pin[];
  readonly condemned: Entries<CondemnedPack>;
  readonly forgottenTo: number;
  readonly relocation?: RelocationState | undefined;
  readonly erased: Entries<ErasedObject>;
  readonly settings: Entries<Setting>;
}

export function encodeLogState(state: LogState): LogStateJson {
  return {
    version: stateVersion,
    head: state.head,
    digest: state.digest,
    headAtMs: state.headAtMs,
    owner: state.owner,
    sessions: [...state.sessions.values()].map((session) => ({
      ...session,
      committed: [...session.committed],
    })),
    openSessions: [...state.openSessions],
    points: [...state.points].map(([jobId, objects]) => [jobId, [...objects]] as const),
    restorePoints: [...state.restorePoints],
    cutoffs: [...state.cutoffs],
    pins: [...state.pins.values()],
    condemned: [...state.condemned],
    forgottenTo: state.forgottenTo,
    relocation: state.relocation,
    erased: [...state.erased],
    settings: [...state.settings],
  };
}

/** @param json what encodeLogState gave, through JSON; the caller checked its version */
export function decodeLogState(json: LogStateJson): LogState {
  return {
    head: json.head,
    digest: json.digest,
    headAtMs: json.headAtMs,
    owner: json.owner,
    sessions: new Map(
      json.sessions.map((session) => [
        session.sessionId,
        { ...session, committed: new Set(session.committed) },
      ]),
    ),
    openSessions: new Map(json.openSessions),
    points: new Map(
      json.points.map(([jobId, objects]) => [
        jobId,
        new Map(objects.map(([id, object]) => [id, decodePoints(object)])),
      ]),
    ),
    restorePoints: new Map(json.restorePoints),
    cutoffs: new Map(json.cutoffs),
    pins: new Map(json.pins.map((pin) => [pin.pinId, pin])),
    condemned: new Map(json.condemned.map(([name, pack]) => [name, decodeCondemned(pack)])),
    forgottenTo: json.forgottenTo,
    relocation: json.relocation,
    erased: new Map(json.erased),
    settings: new Map(json.settings),
  };
}

/** JSON drops undefined members; states of equal logs have equal members. */
function decodePoints(object: ObjectPoints): ObjectPoints {
  return { points: object.points, retiredAtMs: object.retiredAtMs };
}

function decodeCondemned(pack: CondemnedPack): CondemnedPack {
  return { n: pack.n, atMs: pack.atMs, sweptAtN: pack.sweptAtN };
}
