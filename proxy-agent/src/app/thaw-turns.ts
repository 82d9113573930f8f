import type { BlobThawing, ThawRequest, ThawState } from '@firn/shared/repository/ports';

/**
 * Thaws of one pack begin one after the other, whichever sessions ask. Where copies are everybody's,
 * whoever asks last decides how long they last: two that look and then ask at once would shorten
 * each other's.
 */
export class ThawTurns {
  readonly #last = new Map<string, Promise<unknown>>();

  of(storageId: string, thawing: BlobThawing): BlobThawing {
    return {
      begin: (name, request) => this.#begin(`${storageId}/${name}`, thawing, name, request),
      states: (retrievalId, names, signal) => thawing.states(retrievalId, names, signal),
      end: (retrievalId, signal) => thawing.end(retrievalId, signal),
    };
  }

  async #begin(
    key: string,
    thawing: BlobThawing,
    name: string,
    request: ThawRequest,
  ): Promise<ThawState> {
    const begin = () => thawing.begin(name, request);
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(begin, begin);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
