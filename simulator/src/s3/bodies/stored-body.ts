import type { BodyRef, BodyStore } from './body-store.ts';

/**
 * The bytes of one version: one body, or those of its parts. What is being read stays until it is
 * read, whoever deletes it meanwhile.
 */
export class StoredBody {
  readonly sizeBytes: number;
  readonly #store: BodyStore;
  readonly #segments: readonly BodyRef[];
  #readers = 0;
  #removed = false;

  constructor(store: BodyStore, segments: readonly BodyRef[]) {
    this.#store = store;
    this.#segments = segments;
    this.sizeBytes = segments.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  }

  /** One body of several, in their order; they are not to be used or removed any more. */
  static join(store: BodyStore, bodies: readonly StoredBody[]): StoredBody {
    return new StoredBody(
      store,
      bodies.flatMap((body) => body.#segments),
    );
  }

  /** The bytes [start, end); reading lasts from this call until the end or `return`. */
  read(start = 0, end = this.sizeBytes): AsyncIterableIterator<Uint8Array> {
    this.#readers += 1;
    const pieces = this.#pieces(start, end);
    let reading = true;
    const stop = async (): Promise<void> => {
      if (reading) await this.#release();
      reading = false;
    };
    const iterator: AsyncIterableIterator<Uint8Array> = {
      [Symbol.asyncIterator]: () => iterator,
      next: async () => {
        const result = await pieces.next();
        if (result.done) await stop();
        return result;
      },
      // a generator that never began would not run its finally block
      return: async () => {
        await pieces.return(undefined);
        await stop();
        return { done: true, value: undefined };
      },
    };
    return iterator;
  }

  async remove(): Promise<void> {
    this.#removed = true;
    if (this.#readers === 0) await this.#removeSegments();
  }

  async *#pieces(start: number, end: number): AsyncGenerator<Uint8Array, undefined> {
    let offset = 0;
    for (const ref of this.#segments) {
      const from = Math.max(0, start - offset);
      const to = Math.min(ref.sizeBytes, end - offset);
      if (from < to) yield* this.#store.read(ref, from, to);
      offset += ref.sizeBytes;
    }
    return undefined;
  }

  async #release(): Promise<void> {
    this.#readers -= 1;
    if (this.#removed && this.#readers === 0) await this.#removeSegments();
  }

  async #removeSegments(): Promise<void> {
    for (const segment of this.#segments) await this.#store.remove(segment);
  }
}
