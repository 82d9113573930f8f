import type { Stretch } from '../batch-compute.ts';

/** Where a content lies, and at which positions it was asked for. */
export interface OpenedContent extends Stretch {
  readonly positions: readonly number[];
}

/** Contents by position, in memory that is freed at once. */
export class LoadedContents {
  readonly #contents = new Map<number, Uint8Array>();
  readonly #free: () => void;

  constructor(bytes: Uint8Array, contents: readonly OpenedContent[], free: () => void) {
    this.#free = free;
    for (const { start, length, positions } of contents) {
      const content = bytes.subarray(start, start + length);
      for (const position of positions) this.#contents.set(position, content);
    }
  }

  /** Undefined: it is not there, or not sound; read by itself it says what is wrong. */
  at(position: number): Uint8Array | undefined {
    return this.#contents.get(position);
  }

  /** Frees their memory: nobody may read them any more. */
  discard(): void {
    this.#contents.clear();
    this.#free();
  }
}
