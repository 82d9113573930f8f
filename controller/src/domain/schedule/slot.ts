/** What became of a time, or of a restore point, for which a schedule was to start a session. */
export interface Slot {
  readonly scheduleId: string;
  /** Unique in its schedule: an instant, the restore point to copy, or what it tries again. */
  readonly slot: string;
  /** When it was due. */
  readonly at: string;
  readonly outcome: SlotOutcome;
  /** For a user; null where the outcome says it all. */
  readonly reason: string | null;
  readonly sessionId: string | null;
  /** missed: how many; of more than 1,000 at least so many. */
  readonly missed: number | null;
  readonly decidedAt: string | null;
}

/**
 * - `waiting`: a restore point that is still to be copied
 * - `started`: `sessionId` says with what
 * - `skipped-overlap`: the session before it had not ended
 * - `skipped-window`: the backup window was closed
 * - `nothing-new`: there was no restore point that is not copied
 * - `missed`: it passed while nobody looked, or cannot be any more
 * - `refused`: the session could not be made
 */
export type SlotOutcome =
  | 'waiting'
  | 'started'
  | 'skipped-overlap'
  | 'skipped-window'
  | 'nothing-new'
  | 'missed'
  | 'refused';

/** How a slot that is no longer waiting ended. */
export interface SettledSlot {
  readonly outcome: Exclude<SlotOutcome, 'waiting'>;
  readonly reason?: string;
  readonly sessionId?: string;
  readonly missed?: number;
}
