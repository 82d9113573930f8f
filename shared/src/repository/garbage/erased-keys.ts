import { isDamage } from '../damaged.ts';
import type { StoredKeyOwner } from '../keys/key-ring.ts';
import type { LogState } from '../log/state.ts';

/** The keys that an erasure names. E_REPOSITORY_DAMAGED */
export type KeysOfErasure = (erasureId: string) => Promise<readonly string[]>;

/**
 * Tells keys that an erasure had to destroy and that a late put brought back, or
 * that an erasure which was interrupted left.
 */
export class ErasedKeys {
  readonly #state: LogState;
  readonly #keysOf: KeysOfErasure;
  readonly #named = new Map<string, Promise<readonly string[]>>();

  /** @param keysOf asked for erasures of keys that no known session made: a repair's */
  constructor(state: LogState, keysOf: KeysOfErasure) {
    this.#state = state;
    this.#keysOf = keysOf;
  }

  /**
   * Of the newest erasure of the key's object. What a session commits that began
   * before it counts for nothing; the key of a later one is another.
   * @param modifiedAtMs when the key was stored, by the storage's clock
   */
  async has({ id, objectId, sessionId = '' }: StoredKeyOwner, modifiedAtMs: number) {
    const erasure = this.#state.erased.get(objectId);
    if (erasure === undefined) return false;
    const session = this.#state.sessions.get(sessionId);
    if (session !== undefined) return session.begunAtN < erasure.n;
    if (modifiedAtMs < erasure.atMs) return true;
    return (await this.#namedBy(erasure.erasureId)).includes(id);
  }

  /** What an erasure named nobody can tell once its list is damaged: check names it. */
  #namedBy(erasureId: string): Promise<readonly string[]> {
    const known = this.#named.get(erasureId);
    if (known !== undefined) return known;
    const reading = this.#keysOf(erasureId).catch((error: unknown) => {
      if (isDamage(error)) return [];
      throw error;
    });
    this.#named.set(erasureId, reading);
    return reading;
  }
}
