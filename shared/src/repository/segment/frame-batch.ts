import type { FrameToOpen, FrameToSeal, OpenedFrame, Stretch } from '../batch-compute.ts';
import { sum, toHex } from '../bytes.ts';
import { isDamage } from '../damaged.ts';
import type { CompressionLevel, FrameCompute } from '../ports.ts';
import { openFrameWithin, type Scratch, sealFrameInto } from './frame.ts';

interface SealBatch {
  readonly frames: readonly FrameToSeal[];
  readonly roomStart: number;
  readonly level?: CompressionLevel;
}

/** What is larger is seldom, and let go of. */
const keptBytesMax = 2 * 1024 * 1024;

/** The work of batches, on whatever thread calls it: with memory that is used again and again. */
export class FrameBatches {
  readonly #compute: FrameCompute;
  readonly #kept = new Map<string, Uint8Array>();

  constructor(compute: FrameCompute) {
    this.#compute = compute;
  }

  contentIds(secret: Uint8Array, bytes: Uint8Array, contents: readonly Stretch[]): string[] {
    const idOf = this.#compute.hmacSha256With(secret);
    return contents.map((content) => toHex(idOf(inside(bytes, content))));
  }

  /** @returns where each frame lies in bytes */
  seal(bytes: Uint8Array, { frames, roomStart, level }: SealBatch): Stretch[] {
    let start = roomStart;
    return frames.map((place) => {
      const { scratch } = this;
      const content = this.#gathered(bytes, place.contents);
      const target = bytes.subarray(start);
      const length = sealFrameInto(this.#compute, target, { place, content, level, scratch });
      start += length;
      return { start: start - length, length };
    });
  }

  open(bytes: Uint8Array, frames: readonly FrameToOpen[]): OpenedFrame[] {
    return frames.map((frame) => this.#open(bytes, frame));
  }

  #open(bytes: Uint8Array, place: FrameToOpen): OpenedFrame {
    const { start, length: lengthMax } = place.room;
    try {
      const sealed = inside(bytes, place.sealed);
      const content = openFrameWithin(this.#compute, { place, sealed, scratch: this.scratch });
      const { length } = content;
      if (length > lengthMax) return { damage: 'it is longer than the index says' };
      bytes.set(content, start);
      return { start, length };
    } catch (error) {
      if (isDamage(error)) return { damage: error.message };
      throw error;
    }
  }

  /** End to end. */
  #gathered(bytes: Uint8Array, contents: readonly Stretch[]): Uint8Array {
    const [only] = contents;
    if (only !== undefined && contents.length === 1) return inside(bytes, only);
    const length = sum(contents.map((each) => each.length));
    const whole = this.#memory('gathered', length);
    let at = 0;
    for (const content of contents) {
      whole.set(inside(bytes, content), at);
      at += content.length;
    }
    return whole.subarray(0, length);
  }

  readonly scratch: Scratch = (use, sizeBytes) => this.#memory(use, sizeBytes);

  #memory(use: string, sizeBytes: number): Uint8Array {
    const kept = this.#kept.get(use);
    if (kept !== undefined && kept.length >= sizeBytes) return kept;
    const memory = new Uint8Array(sizeBytes);
    if (sizeBytes <= keptBytesMax) this.#kept.set(use, memory);
    return memory;
  }
}

function inside(bytes: Uint8Array, { start, length }: Stretch): Uint8Array {
  return bytes.subarray(start, start + length);
}
