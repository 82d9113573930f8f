/** Sizes that are handed out: few, so that a freed slab fits again. */
const stepBytes = 2 * 1024 * 1024;
/** For what frames take beside their contents. */
const extraBytes = 4 * 1024;

/**
 * Shared memory, used again and again: left to the garbage collector it would
 * pile up, since its size does not hasten a collection.
 */
export class SlabPool {
  readonly #freeBytesMax: number;
  /** Longest free first. */
  readonly #free: SharedArrayBuffer[] = [];
  #freeBytes = 0;

  constructor(freeBytesMax: number) {
    this.#freeBytesMax = freeBytesMax;
  }

  take(sizeBytes: number): SharedArrayBuffer {
    const steps = Math.max(1, Math.ceil((sizeBytes - extraBytes) / stepBytes));
    const bytes = steps * stepBytes + extraBytes;
    const at = this.#free.findLastIndex(({ byteLength }) => byteLength === bytes);
    if (at < 0) return new SharedArrayBuffer(bytes);
    const [slab] = this.#free.splice(at, 1);
    this.#freeBytes -= bytes;
    return slab ?? new SharedArrayBuffer(bytes);
  }

  /** Only what nobody reads or writes any more. */
  give(slab: SharedArrayBuffer): void {
    this.#free.push(slab);
    this.#freeBytes += slab.byteLength;
    while (this.#freeBytes > this.#freeBytesMax) {
      this.#freeBytes -= this.#free.shift()?.byteLength ?? 0;
    }
  }
}
