import type { StorageCredential } from '../gen/firn/link/v1/work.ts';
import type { Clock } from '../time/clock.ts';
import { orAborted } from '../time/or-aborted.ts';

/** Asks the controller for a fresh credential; the answer comes to put. */
export type RequestCredential = (sessionId: string, storageId: string) => Promise<void>;

/** A token is replaced when it has less than this left. */
const marginMs = 5 * 60_000;
const askAgainMs = 15_000;

interface Held {
  credential: StorageCredential | undefined;
  /** Sessions that use the storage: a fresh one is asked for in the name of the newest. */
  readonly sessions: Set<string>;
  fresh: PromiseWithResolvers<void>;
}

/** The newest credential per storage, replaced before it ends. Memory only. */
export class StorageCredentials {
  readonly #clock: Clock;
  readonly #request: RequestCredential;
  readonly #held = new Map<string, Held>();

  constructor(clock: Clock, request: RequestCredential) {
    this.#clock = clock;
    this.#request = request;
  }

  /**
   * An older credential than the one at hand is ignored.
   * @param sessionId that it was given for; empty when it was for none
   */
  put(sessionId: string, credential: StorageCredential): void {
    const held = this.#of(credential.storageId);
    if (sessionId !== '') held.sessions.add(sessionId);
    if (endMs(held.credential) > endMs(credential)) return;
    held.credential = credential;
    held.fresh.resolve();
    held.fresh = Promise.withResolvers();
  }

  /** The session has ended: nothing is asked for in its name any more. */
  leave(sessionId: string): void {
    for (const { sessions } of this.#held.values()) sessions.delete(sessionId);
  }

  /** Waits for a fresh one when the one at hand is about to end. */
  async newest(storageId: string, signal: AbortSignal): Promise<StorageCredential> {
    const held = this.#of(storageId);
    for (;;) {
      const { credential } = held;
      const leftMs = endMs(credential) - this.#clock.now();
      if (credential !== undefined && leftMs > marginMs) return credential;
      await this.#askAndWait(storageId, held, signal);
      // What the controller gives may be short-lived: it is good until it ends.
      const given = held.credential;
      if (given !== undefined && endMs(given) > this.#clock.now()) return given;
    }
  }

  async #askAndWait(storageId: string, held: Held, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    const fresh = held.fresh.promise;
    // A link that is down answers nothing: ask again on the next round.
    const sessionId = [...held.sessions].at(-1);
    if (sessionId !== undefined) await this.#request(sessionId, storageId).catch(() => undefined);
    try {
      await Promise.race([orAborted(fresh, either), this.#clock.sleep(askAgainMs, either)]);
    } finally {
      over.abort();
    }
  }

  #of(storageId: string): Held {
    const known = this.#held.get(storageId);
    if (known !== undefined) return known;
    const held: Held = {
      credential: undefined,
      sessions: new Set(),
      fresh: Promise.withResolvers<void>(),
    };
    this.#held.set(storageId, held);
    return held;
  }
}

/** A credential without an end does not end. */
function endMs(credential: StorageCredential | undefined): number {
  if (credential === undefined) return 0;
  return credential.expiresAt?.getTime() ?? Number.POSITIVE_INFINITY;
}
