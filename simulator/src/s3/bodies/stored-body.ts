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

  /** The bytes [start, end); the reading is counted from this call until the stream's end. */
  read(start = 0, end = this.sizeBytes): AsyncGenerator<Uint8Array> {
    this.#readers += 1;
    return this.#read(start, end);
  }

  async remove(): Promise<void> {
    this.#removed = true;
    if (this.#readers === 0) await this.#removeSegments();
  }

  async *#read(start: number, end: number): AsyncGenerator<Uint8Array> {
    try {
      let offset = 0;
      for (const ref of this.#segments) {
        const from = Math.max(0, start - offset);
        const to = Math.min(ref.sizeBytes, end - offset);
        if (from < to) yield* this.#store.read(ref, from, to);
        offset += ref.sizeBytes;
      }
    } finally {
      this.#readers -= 1;
      if (this.#removed && this.#readers === 0) await this.#removeSegments();
    }
  }

  async #removeSegments(): Promise<void> {
    for (const segment of this.#segments) await this.#store.remove(segment);
  }
}
