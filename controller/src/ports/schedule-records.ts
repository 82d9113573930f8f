import type { Schedule } from '../domain/schedule/schedule.ts';
import type { SettledSlot, Slot } from '../domain/schedule/slot.ts';
import type { Page, PageRequest } from './records.ts';

/** All times are ISO 8601, by the database's clock. */
export interface ScheduleRow {
  /** That of its job or copy job. */
  readonly id: string;
  readonly jobId: string | null;
  readonly copyJobId: string | null;
  readonly schedule: Schedule;
  readonly enabled: boolean;
  readonly nextAt: string | null;
  readonly retryAt: string | null;
  /** The session that is to be tried again. */
  readonly retryOf: string | null;
  /** What the database's clock shows. */
  readonly now: string;
}

export type ScheduleOwner = { readonly jobId: string } | { readonly copyJobId: string };

export interface ScheduleSetting {
  readonly schedule: Schedule;
  readonly enabled: boolean;
  /** Milliseconds; null: it has no next instant. */
  readonly nextAtMs: number | null;
}

export interface SlotKey {
  readonly scheduleId: string;
  readonly slot: string;
}

export interface WaitingSlot extends SlotKey {
  readonly restorePointId: string;
  /** The point is not there any more. */
  readonly isGone: boolean;
}

export interface LatestPoint {
  readonly restorePointId: string;
  readonly isCopied: boolean;
}

export interface StartedSession {
  readonly sessionId: string;
  readonly schedule: Schedule;
  readonly now: string;
}

export interface ScheduleRecords {
  /** Milliseconds since 1970 by the database's clock. */
  now(): Promise<number>;
  insert(of: ScheduleOwner, setting: ScheduleSetting): Promise<void>;
  /** What was to be tried again is not. */
  change(id: string, setting: ScheduleSetting): Promise<void>;
  /** Enabled ones with a slot, a retry or a waiting point that is due. */
  dueIds(): Promise<readonly string[]>;
  /**
   * Locked until the transaction ends. undefined: somebody else has it.
   * @param waits for somebody else, instead
   */
  lock(id: string, waits?: boolean): Promise<ScheduleRow | undefined>;
  setNext(id: string, nextAtMs: number): Promise<void>;
  /** Try again what this session did not do; null: nothing is to be tried again. */
  setRetry(id: string, retry: { sessionId: string; waitMinutes: number } | null): Promise<void>;

  /** False when the slot was claimed before, by anybody. */
  claim(slot: SlotKey, atMs: number): Promise<boolean>;
  settle(slot: SlotKey, settled: SettledSlot): Promise<void>;
  /** Newest first. */
  slots(scheduleId: string, page: PageRequest): Promise<Page<Slot>>;
  /** That started this session; undefined: somebody started it by hand. */
  ofSession(sessionId: string): Promise<ScheduleRow | undefined>;
  /** Open sessions that schedules with windows which terminate started. */
  endingWithWindow(): Promise<readonly StartedSession[]>;
}

/** Restore points that wait for their copies; their slots are named after them. */
export interface CopyQueueRecords {
  /** For all copy jobs of the point's job that follow it immediately. */
  enqueueImmediate(restorePointId: string): Promise<void>;
  /** Complete points of its backup job that are not copied or waiting. @returns how many */
  enqueue(copyJobId: string, which: 'latest' | 'all'): Promise<number>;
  /** The point of a copy that ended too soon waits once more, before the points behind it. */
  enqueueAgain(
    copyJobId: string,
    copy: { sessionId: string; restorePointId: string },
  ): Promise<void>;
  /** That of the oldest point. */
  next(copyJobId: string): Promise<WaitingSlot | undefined>;
  /** No more of what waits is copied. */
  drop(copyJobId: string, reason: string): Promise<void>;
  /** Whether a copy session of it ever was. */
  hasRun(copyJobId: string): Promise<boolean>;
  /** The newest complete point of its backup job. */
  latest(copyJobId: string): Promise<LatestPoint | undefined>;
}
