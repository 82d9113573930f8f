/** Free blocks that are kept: more are seldom on their way at once. */
const keptMax = 4;

/**
 * Blocks of one size, used again and again. Left to the garbage collector they
 * would pile up: they live for seconds, so that only a full collection finds
 * them, and that one waits for 64 MiB more.
 */
export class BlockPool {
  readonly blockBytes: number;
  readonly #free: ArrayBufferLike[] = [];

  constructor(blockBytes: number) {
    this.blockBytes = blockBytes;
  }

  take(): Buffer {
    return Buffer.from(this.#free.pop() ?? new ArrayBuffer(this.blockBytes));
  }

  /** Only a block of take, or a part of one, that nobody reads any more. */
  give(block: Uint8Array): void {
    const isWhole = block.buffer.byteLength === this.blockBytes;
    if (isWhole && this.#free.length < keptMax) this.#free.push(block.buffer);
  }
}
