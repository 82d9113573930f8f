import type { Progress } from '@firn/shared/bus/progress';

/** Wakes whoever follows a session. What happened is read from the record. */
export type SessionListener = () => void;

/**
 * What the controller knows of running sessions beside the record: the newest
 * progress tick of each (never stored), and who follows it. One per process.
 */
export class SessionFeed {
  readonly #progress = new Map<string, Progress>();
  readonly #listeners = new Map<string, Set<SessionListener>>();
  readonly #assignable = new Set<SessionListener>();

  /** Keeps the newest tick: none of an older attempt, none that is late. */
  tick(progress: Progress): void {
    const known = this.#progress.get(progress.sessionId);
    const isStale =
      known !== undefined &&
      (known.attempt > progress.attempt ||
        (known.attempt === progress.attempt && known.atMs > progress.atMs));
    if (isStale) return;
    this.#progress.set(progress.sessionId, progress);
    this.wake(progress.sessionId);
  }

  progressOf(sessionId: string): Progress | undefined {
    return this.#progress.get(sessionId);
  }

  /** The session ended: its ticks are of no more use. */
  forget(sessionId: string): void {
    this.#progress.delete(sessionId);
    this.wake(sessionId);
  }

  /** Something of the session changed: its row, its log, its progress. */
  wake(sessionId: string): void {
    for (const listener of this.#listeners.get(sessionId) ?? []) listener();
  }

  /** @returns unsubscribes */
  listen(sessionId: string, listener: SessionListener): () => void {
    const listeners = this.#listeners.get(sessionId) ?? new Set();
    listeners.add(listener);
    this.#listeners.set(sessionId, listeners);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(sessionId);
    };
  }

  /** There is work for some worker: whoever delivers looks now, not at the next tick. */
  workWaits(): void {
    for (const listener of this.#assignable) listener();
  }

  onWork(listener: SessionListener): () => void {
    this.#assignable.add(listener);
    return () => this.#assignable.delete(listener);
  }
}
