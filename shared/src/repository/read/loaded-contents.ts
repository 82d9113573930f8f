import type { Stretch } from '../batch-compute.ts';

/** Where a content lies, and at which positions it was asked for. */
export interface OpenedContent extends Stretch {
  readonly positions: readonly number[];
}

/** What was loaded, and is sound. */
export interface Opened {
  readonly contents: readonly OpenedContent[];
  /** Frames as they were before they were sealed: at the position of their first content. */
  readonly encoded: readonly OpenedContent[];
}

/** Contents by position, in memory that is freed at once. */
export class LoadedContents {
  readonly #contents: Map<number, Uint8Array>;
  readonly #encoded: Map<number, Uint8Array>;
  readonly #free: () => void;

  constructor(bytes: Uint8Array, { contents, encoded }: Opened, free: () => void) {
    this.#free = free;
    this.#contents = byPosition(bytes, contents);
    this.#encoded = byPosition(bytes, encoded);
  }

  /** Undefined: it is not there, or not sound; read by itself it says what is wrong. */
  at(position: number): Uint8Array | undefined {
    return this.#contents.get(position);
  }

  /** The frame that begins with this content; undefined: it is not there as a frame. */
  encodedAt(position: number): Uint8Array | undefined {
    return this.#encoded.get(position);
  }

  /** Frees their memory: nobody may read them any more. */
  discard(): void {
    this.#contents.clear();
    this.#encoded.clear();
    this.#free();
  }
}

function byPosition(bytes: Uint8Array, opened: readonly OpenedContent[]): Map<number, Uint8Array> {
  const found = new Map<number, Uint8Array>();
  for (const { start, length, positions } of opened) {
    const part = bytes.subarray(start, start + length);
    for (const position of positions) found.set(position, part);
  }
  return found;
}
