import type { LogEntry, PointRef } from './entry.ts';
import { rootOfPoint } from './state/roots.ts';
import { isSessionOpen, type Judge, judgeEntry, type LogState } from './state.ts';

/**
 * The decisions on which the protocol stands, in one place, so that the
 * simulation can prove each of them by taking it away.
 */
export interface LogRules {
  /** Which entries are void. */
  readonly judge: Judge;
  /** Rule 2: whether the entry that lies at our n is the one that we put. */
  readonly isOwn: (stored: LogEntry, own: LogEntry) => boolean;
  /** Rule 8: those of packNames that may not be referred to (again). */
  readonly condemnedAmong: (state: LogState, packNames: Iterable<string>) => readonly string[];
  /** Whether a session may still commit, for the writer's own check. */
  readonly isSessionOpen: (state: LogState, sessionId: string) => boolean;
  /** Whether a point may be pinned, for the writer's own check. */
  readonly isKept: (state: LogState, point: PointRef) => boolean;
}

export const standardRules: LogRules = {
  judge: judgeEntry,
  isOwn: (stored, own) => stored.entryId === own.entryId,
  condemnedAmong: (state, packNames) => [...packNames].filter((name) => state.condemned.has(name)),
  isSessionOpen,
  isKept: (state, point) => rootOfPoint(state, point) !== undefined,
};
