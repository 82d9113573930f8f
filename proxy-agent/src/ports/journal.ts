/** One try of a session. */
export interface SessionKey {
  readonly sessionId: string;
  readonly attempt: number;
}

export interface JournalledAssignment extends SessionKey {
  /** The assignment as it was received; its secrets are still sealed. */
  readonly payload: Uint8Array;
  /** The session's last event is written: nothing is left to do but to deliver events. */
  readonly ended: boolean;
}

export interface JournalledEvent extends SessionKey {
  /** Order over all sessions; grows. */
  readonly position: number;
  /** From 1 within the attempt, without gaps. */
  readonly sequence: number;
  readonly payload: Uint8Array;
}

/** What one write changes, all of it or nothing. */
export interface JournalChange {
  /** Appended in order. */
  readonly events?: readonly Uint8Array[];
  /** Notes to set: what a restarted process must know of the session. */
  readonly put?: Readonly<Record<string, Uint8Array>>;
  /** Notes to forget. */
  readonly remove?: readonly string[];
  /** The last of the events ends the session. */
  readonly ends?: boolean;
}

/**
 * What the agent must not forget when it is killed. Every promise resolves only
 * after the change would survive a loss of power. Failures are E_JOURNAL_FAILED.
 */
export interface Journal {
  /**
   * Keeps the assignment. The same attempt again: the payload is replaced. A
   * higher attempt takes over the session: notes stay, undelivered events are
   * numbered anew for it, an undelivered end is dropped. A lower attempt fails
   * with E_ASSIGNMENT_LOST.
   */
  accept(assignment: Omit<JournalledAssignment, 'ended'>): Promise<void>;
  assignments(): Promise<readonly JournalledAssignment[]>;
  /** Fails with E_ASSIGNMENT_LOST when the journal does not hold this attempt, or it has ended. */
  write(session: SessionKey, change: JournalChange): Promise<void>;
  note(sessionId: string, key: string): Promise<Uint8Array | undefined>;
  /** All notes whose key begins with prefix, in order of keys. */
  notes(sessionId: string, prefix: string): Promise<ReadonlyMap<string, Uint8Array>>;
  /** Undelivered events behind the position, in order. */
  events(afterPosition: number, limit: number): Promise<readonly JournalledEvent[]>;
  /**
   * The controller has stored all events up to the sequence. When that was the
   * last of an ended session, the session is forgotten: true.
   */
  acknowledge(session: SessionKey, upTo: number): Promise<boolean>;
  /** Forgets the session with its events and notes, unless it is at another attempt. */
  forget(session: SessionKey): Promise<void>;
  close(): Promise<void>;
}
