import type { StoredPlace } from '../domain/blob-record.ts';

/** One change of a blob after the other: a version is kept before the next is written. */
export class NameLocks {
  readonly #last = new Map<string, Promise<unknown>>();

  async within<T>({ container, name }: StoredPlace, work: () => Promise<T>): Promise<T> {
    const key = `${container}/${name}`;
    const before = this.#last.get(key) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
