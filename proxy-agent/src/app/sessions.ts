import type { Assignment, RunningSession } from '@firn/shared/gen/firn/link/v1/link';
import { Assignment as AssignmentCodec } from '@firn/shared/gen/firn/link/v1/link';
import type { Journal, SessionKey } from '../ports/journal.ts';
import { SessionStop } from './session-context.ts';
import type { SessionLeft } from './session-run.ts';

export interface SessionsOptions {
  readonly journal: Journal;
  /** Runs one attempt; resolves when it left the session. */
  readonly run: (assignment: Assignment, signal: AbortSignal) => Promise<SessionLeft>;
  /** The process cannot go on: its journal fails. */
  readonly failed: (error: unknown) => void;
}

interface Held {
  readonly attempt: number;
  /** Undefined once the attempt has ended and only its events are left. */
  running: { readonly stop: AbortController; readonly done: Promise<void> } | undefined;
}

/**
 * The sessions that this agent's journal holds. One of them is
 *
 *     (assigned) ──journalled──► running ──end journalled──► ended ──all events acked──► gone
 *                                   │ a higher attempt, dropped or lost: stopped, gone
 *                                   └ shutdown: stopped; resumed by the next process
 */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #held = new Map<string, Held>();
  /** Changes of one session follow each other. */
  readonly #changes = new Map<string, Promise<void>>();
  #stopping = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Goes on with what an earlier process was assigned. */
  async resume(): Promise<void> {
    for (const {
      sessionId,
      attempt,
      payload,
      ended,
    } of await this.#options.journal.assignments()) {
      if (ended) this.#held.set(sessionId, { attempt, running: undefined });
      else this.#start(AssignmentCodec.decode(payload));
    }
  }

  /** For Hello and heartbeats: what the journal holds. */
  running(): RunningSession[] {
    return [...this.#held].map(([sessionId, { attempt }]) => ({ sessionId, attempt }));
  }

  /** The attempt that is held of a session. */
  attemptOf(sessionId: string): number | undefined {
    return this.#held.get(sessionId)?.attempt;
  }

  /**
   * Takes an assignment: journals it, then accepts it, then runs it. A duplicate
   * is accepted again; a higher attempt stops the lower one first.
   * The journal keeps the newest secrets, sealed.
   * @param accepted called after the assignment is journalled
   */
  assign(assignment: Assignment, accepted: () => Promise<void>): void {
    this.#change(assignment.sessionId, async () => {
      const { sessionId, attempt } = assignment;
      const held = this.#held.get(sessionId);
      if (this.#stopping || (held !== undefined && held.attempt > attempt)) return;
      const isNew = held?.attempt !== attempt;
      if (isNew) await this.#stop(sessionId, 'lost');
      const payload = AssignmentCodec.encode(assignment).finish();
      await this.#options.journal.accept({ sessionId, attempt, payload });
      if (isNew) this.#start(assignment);
      await accepted();
    });
  }

  cancel(sessionId: string): void {
    this.#held.get(sessionId)?.running?.stop.abort(new SessionStop('cancelled'));
  }

  /** No longer this worker's: stops, writes nothing more, forgets. */
  lose(key: SessionKey): void {
    this.#change(key.sessionId, async () => {
      if (this.#held.get(key.sessionId)?.attempt !== key.attempt) return;
      await this.#stop(key.sessionId, 'lost');
      await this.#forget(key);
    });
  }

  /** The last event of the attempt was stored by the controller. */
  delivered({ sessionId, attempt }: SessionKey): void {
    if (this.#held.get(sessionId)?.attempt === attempt) this.#held.delete(sessionId);
  }

  /** Stops all, for the next process to go on; resolves when all have left. */
  async shutdown(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#changes.values()]);
    await Promise.all([...this.#held.keys()].map((id) => this.#stop(id, 'shutdown')));
  }

  #start(assignment: Assignment): void {
    const { sessionId, attempt } = assignment;
    const stop = new AbortController();
    const done = this.#run(assignment, stop.signal).catch(this.#options.failed);
    this.#held.set(sessionId, { attempt, running: { stop, done } });
  }

  async #run(assignment: Assignment, signal: AbortSignal): Promise<void> {
    const left = await this.#options.run(assignment, signal);
    const { sessionId, attempt } = assignment;
    if (left === 'lost') await this.#forget({ sessionId, attempt });
    const held = this.#held.get(sessionId);
    if (left === 'ended' && held?.attempt === attempt) held.running = undefined;
  }

  async #forget(key: SessionKey): Promise<void> {
    await this.#options.journal.forget(key);
    this.delivered(key);
  }

  async #stop(sessionId: string, reason: SessionStop['reason']): Promise<void> {
    const running = this.#held.get(sessionId)?.running;
    running?.stop.abort(new SessionStop(reason));
    await running?.done;
  }

  #change(sessionId: string, change: () => Promise<void>): void {
    const before = this.#changes.get(sessionId) ?? Promise.resolve();
    const turn = before
      .then(change)
      .catch(this.#options.failed)
      .finally(() => {
        if (this.#changes.get(sessionId) === turn) this.#changes.delete(sessionId);
      });
    this.#changes.set(sessionId, turn);
  }
}
