import { orAborted } from '@firn/shared/time/or-aborted';

/**
 * Whether this process may own the worker's repositories. Only the incarnation
 * that the controller named in the newest Welcome may: else two processes of
 * one agent would fence each other for ever.
 *
 *     unknown ──Welcome names us──► named ──fenced──► unknown (and dial again)
 *        └──Welcome names another──► waiting (as unknown)
 */
export class Ownership {
  readonly incarnation: string;
  #named = Promise.withResolvers<void>();
  #isNamed = false;

  constructor(incarnation: string) {
    this.incarnation = incarnation;
  }

  /** @param ownerIncarnation of Welcome */
  welcome(ownerIncarnation: string): void {
    if (ownerIncarnation !== this.incarnation) this.lose();
    else if (!this.#isNamed) {
      this.#isNamed = true;
      this.#named.resolve();
    }
  }

  /** Another owner was met in a log: only a new Welcome says who it is now. */
  lose(): void {
    if (!this.#isNamed) return;
    this.#isNamed = false;
    this.#named = Promise.withResolvers();
  }

  /** Resolves while this process is named; rejects with the signal's reason. */
  wait(signal: AbortSignal): Promise<void> {
    return orAborted(this.#named.promise, signal);
  }
}
