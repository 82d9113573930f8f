import { discardWhole } from './discard.ts';

const firstBytesDefault = 64 * 1024;
/** However much is announced. */
const firstBytesMax = 64 * 1024 * 1024;
/** Memory above this goes with what it holds instead of being kept. */
const keptBytesMax = 1024 * 1024;

/**
 * Gathers bytes that arrive in pieces, in memory that it uses again and frees at
 * once: buffers left to the collector are most of what a process holds.
 */
export class ByteCollector {
  readonly #firstBytes: number;
  #memory = Buffer.alloc(0);
  #size = 0;

  /** @param expectedBytes what will be gathered, if that is known */
  constructor(expectedBytes = firstBytesDefault) {
    this.#firstBytes = Math.min(expectedBytes, firstBytesMax);
  }

  get size(): number {
    return this.#size;
  }

  /** What is gathered. Good until the next call. */
  get bytes(): Buffer {
    return this.#memory.subarray(0, this.#size);
  }

  push(piece: Uint8Array): void {
    this.reserve(piece.length).set(piece);
    this.#size += piece.length;
  }

  pushByte(byte: number): void {
    this.reserve(1)[0] = byte;
    this.#size += 1;
  }

  /** Room for at least so many bytes more; `advance` tells how many were written. */
  reserve(count: number): Buffer {
    const needed = this.#size + count;
    if (needed > this.#memory.length) this.#grow(needed);
    return this.#memory.subarray(this.#size);
  }

  advance(count: number): void {
    this.#size += count;
  }

  /** What is gathered, as the caller's own, and begins anew. */
  take(): Buffer {
    const { bytes } = this;
    const isFull = this.#size === this.#memory.length;
    this.#size = 0;
    if (!isFull && this.#memory.length <= keptBytesMax) return copyOf(bytes);
    this.#memory = Buffer.alloc(0);
    return bytes;
  }

  /** As take, as UTF-8. */
  takeText(): string {
    const text = this.bytes.toString();
    this.clear();
    return text;
  }

  clear(): void {
    this.#size = 0;
  }

  /** Frees its memory; it may be used again. */
  discard(): void {
    discardWhole(this.#memory);
    this.#memory = Buffer.alloc(0);
    this.#size = 0;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(
      Math.max(this.#firstBytes, 2 * this.#memory.length, needed),
    );
    this.bytes.copy(larger);
    discardWhole(this.#memory);
    this.#memory = larger;
  }
}

/** In a buffer of its own, so that it can be freed. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  bytes.copy(copy);
  return copy;
}

/**
 * All pieces at once: only for streams whose size is bounded.
 * @param expectedBytes if their size is known
 */
export async function gathered(
  pieces: AsyncIterable<Uint8Array>,
  expectedBytes?: number,
): Promise<Buffer> {
  const collector = new ByteCollector(expectedBytes);
  try {
    for await (const piece of pieces) collector.push(piece);
    return collector.take();
  } finally {
    collector.discard();
  }
}
