/** So that what is given back fits again. */
const stepBytes = 64 * 1024;

/** Free, between what is in use. */
interface Gap {
  start: number;
  length: number;
}

/**
 * Memory that all threads see, cut into parts that are used again and again: the
 * lowest that fits, so that what was never needed at once is never touched. Buffers
 * of their own would live on until each thread that saw them is collected.
 */
export class Arena {
  readonly #memory: SharedArrayBuffer;
  /** From low to high; no two adjoin. */
  readonly #gaps: Gap[];

  constructor(sizeBytes: number) {
    this.#memory = new SharedArrayBuffer(sizeBytes);
    this.#gaps = [{ start: 0, length: sizeBytes }];
  }

  /** A part of the arena; when it is full, or for what never fits, a buffer of its own. */
  take(sizeBytes: number): Uint8Array<SharedArrayBuffer> {
    const length = inSteps(sizeBytes);
    const gap = this.#gaps.find((each) => each.length >= length);
    if (gap === undefined) return new Uint8Array(new SharedArrayBuffer(sizeBytes));
    const part = new Uint8Array(this.#memory, gap.start, sizeBytes);
    gap.start += length;
    gap.length -= length;
    if (gap.length === 0) this.#gaps.splice(this.#gaps.indexOf(gap), 1);
    return part;
  }

  /** Gives back the end of a part, in steps. @returns what is kept, to be given back in its turn */
  shorten(part: Uint8Array<SharedArrayBuffer>, sizeBytes: number): Uint8Array<SharedArrayBuffer> {
    const kept = part.subarray(0, inSteps(sizeBytes));
    if (kept.length < part.length) this.give(part.subarray(kept.length));
    return kept;
  }

  /** @param part of take; once, and only when nobody reads or writes it any more */
  give(part: Uint8Array<SharedArrayBuffer>): void {
    if (part.buffer !== this.#memory) return;
    const gap = { start: part.byteOffset, length: inSteps(part.byteLength) };
    const found = this.#gaps.findIndex(({ start }) => start > gap.start);
    const at = found < 0 ? this.#gaps.length : found;
    this.#gaps.splice(at, 0, gap);
    this.#join(at);
    this.#join(at - 1);
  }

  /** Makes one of this gap and the next, if they adjoin. */
  #join(at: number): void {
    const gap = this.#gaps[at];
    const next = this.#gaps[at + 1];
    if (gap === undefined || next?.start !== gap.start + gap.length) return;
    gap.length += next.length;
    this.#gaps.splice(at + 1, 1);
  }
}

function inSteps(sizeBytes: number): number {
  return Math.max(1, Math.ceil(sizeBytes / stepBytes)) * stepBytes;
}
