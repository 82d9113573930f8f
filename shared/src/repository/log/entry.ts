/**
 * What the log of a repository says. Ids are opaque strings; roots are written
 * and read by the format alone (the address of a catalog segment).
 */

/** One restore point of one object: what a session of a job committed for it. */
export interface PointRef {
  readonly jobId: string;
  readonly objectId: string;
  readonly sessionId: string;
}

/** A process takes the repository over. Everything of older epochs is void after it. */
export interface OwnerBody {
  readonly type: 'owner';
  /** That of the last valid owner entry + 1; the first is 1. */
  readonly epoch: number;
  readonly incarnation: string;
}

export interface BeginBody {
  readonly type: 'begin';
  readonly jobId: string;
  readonly sessionId: string;
  /** 1 for a new session, the last one + 1 for a session that is taken over. */
  readonly attempt: number;
}

export interface CommitBody {
  readonly type: 'commit';
  readonly jobId: string;
  readonly sessionId: string;
  readonly attempt: number;
  /** Object id → root. May be empty: a session that found nothing changed. */
  readonly objects: Readonly<Record<string, string>>;
  /** Names of the packs that this commit is the first to refer to. */
  readonly packs: readonly string[];
  /** The session ends with this entry. */
  readonly done: boolean;
}

/** Ends a session that will not be finished. What it committed stays. */
export interface CloseBody {
  readonly type: 'close';
  readonly jobId: string;
  readonly sessionId: string;
}

/** Keeps points readable. A pin of a known id replaces it (to prolong it). */
export interface PinBody {
  readonly type: 'pin';
  readonly pinId: string;
  readonly points: readonly PointRef[];
  /** By the storage's clock. */
  readonly untilMs: number;
}

export interface UnpinBody {
  readonly type: 'unpin';
  readonly pinId: string;
}

export interface ExpireBody {
  readonly type: 'expire';
  readonly points: readonly PointRef[];
  /** Job id → time by the storage's clock: what was superseded before it expires. */
  readonly cutoffs: Readonly<Record<string, number>>;
}

/** The object left the job: its newest point may expire like any other. */
export interface RetireBody {
  readonly type: 'retire';
  readonly jobId: string;
  readonly objectId: string;
}

/**
 * Live segments were written again into other packs, within a maintenance
 * session. Where they lie stands in a relocation table outside the log, so that
 * the state does not grow with the number of segments that were ever moved.
 */
export interface RelocateBody {
  readonly type: 'relocate';
  readonly jobId: string;
  readonly sessionId: string;
  readonly attempt: number;
  /** Of the whole relocation table from here on. */
  readonly root: string;
  /** n of the relocate whose table this one was made from; −1: there was none. */
  readonly after: number;
  /** Packs that the table is the first to refer to, those that hold itself included. */
  readonly packs: readonly string[];
}

/**
 * A repair wrote states of objects again, as far as they can be read: whatever
 * shows the old root shows the new one from here on. Within a maintenance session.
 */
export interface MendBody {
  readonly type: 'mend';
  readonly jobId: string;
  readonly sessionId: string;
  readonly attempt: number;
  /** Old root → new root, of points and pins of any job. What is no root any more stays none. */
  readonly roots: Readonly<Record<string, string>>;
  /** Packs that the new roots are the first to refer to. */
  readonly packs: readonly string[];
}

/**
 * Nothing opens the objects any more, in any job. What is to be destroyed of them
 * stands in `erased/<erasureId>`.
 */
export interface EraseBody {
  readonly type: 'erase';
  /** 16 random bytes, hex. */
  readonly erasureId: string;
  /** Object ids. */
  readonly objects: readonly string[];
}

export interface CondemnBody {
  readonly type: 'condemn';
  readonly packs: readonly string[];
  /** The last entry that the marking took into account: n − 1. */
  readonly computedTo: number;
}

/** Condemned packs were deleted and are no longer listed. */
export interface SweptBody {
  readonly type: 'swept';
  readonly packs: readonly string[];
}

export type Setting = string | number | boolean | null;

/** Sets the named settings and leaves all others as they are. */
export interface SettingsBody {
  readonly type: 'settings';
  readonly settings: Readonly<Record<string, Setting>>;
}

export type EntryBody =
  | OwnerBody
  | BeginBody
  | CommitBody
  | CloseBody
  | PinBody
  | UnpinBody
  | ExpireBody
  | RetireBody
  | RelocateBody
  | MendBody
  | EraseBody
  | CondemnBody
  | SweptBody
  | SettingsBody;

export type EntryType = EntryBody['type'];

export type EntryBodyOf<T extends EntryType> = Extract<EntryBody, { readonly type: T }>;

export interface LogEntry {
  /** The position: the entry is stored as log/<n>. The first is 0. */
  readonly n: number;
  /** 16 random bytes, hex: how a writer knows its own entry again. */
  readonly entryId: string;
  /** Digest of the stored bytes of entry n − 1; of the first entry: empty. */
  readonly previousDigest: string;
  /**
   * The epoch under which the writer acts: that of the last valid owner entry
   * before this one. 0 when there is none.
   */
  readonly epoch: number;
  readonly body: EntryBody;
}
