import type { ProgressMeter } from '@firn/shared/bus/progress-meter';
import type { SecretBundle } from '@firn/shared/gen/firn/link/v1/work';
import type { Clock, Compute, Entropy } from '@firn/shared/repository/ports';
import type { Journal, SessionKey } from '../ports/journal.ts';
import type { RepackExecutor } from '../ports/repack-executor.ts';
import type { Sources } from '../ports/sources.ts';
import type { StorageTester } from '../ports/storage-tester.ts';
import type { Repositories } from './repositories.ts';
import type { SessionEvents } from './session-events.ts';

/** Everything that a session's work needs. */
export interface SessionContext {
  readonly key: SessionKey;
  readonly secrets: SecretBundle;
  /** Aborts when the session is cancelled or lost, or the process stops (SessionStop). */
  readonly signal: AbortSignal;
  readonly events: SessionEvents;
  readonly progress: ProgressMeter;
  readonly repositories: Repositories;
  readonly sources: Sources;
  readonly testStorage: StorageTester;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly compute: Compute;
  readonly entropy: Entropy;
  /** Repacking on an appliance, for this session. */
  readonly remoteRepack: () => RepackExecutor;
  readonly settings: SessionSettings;
}

export interface SessionSettings {
  /** Objects of a session that are worked on at the same time. */
  readonly objectConcurrency: number;
  readonly commitIntervalMs: number;
  /** Archive packs written, or warm copies begun, at the same time. */
  readonly packConcurrency: number;
  /** How often the state of thawing packs is asked for. */
  readonly retrievalPollMs: number;
}

/**
 * Why a session's signal aborted.
 * - `cancelled`: end it in the repository, tell the controller
 * - `lost`: another attempt has it: write nothing more, tell nothing
 * - `shutdown`: commit what is finished; the next process goes on
 */
export class SessionStop extends Error {
  override readonly name = 'SessionStop';
  readonly reason: 'cancelled' | 'lost' | 'shutdown';

  constructor(reason: SessionStop['reason']) {
    super(reason);
    this.reason = reason;
  }
}

/** The reason of an aborted signal; undefined while it is not aborted. */
export function stopReason(signal: AbortSignal): SessionStop['reason'] | undefined {
  if (!signal.aborted) return undefined;
  return signal.reason instanceof SessionStop ? signal.reason.reason : 'shutdown';
}
