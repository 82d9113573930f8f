import {
  constants,
  createZstdCompress,
  createZstdDecompress,
  zstdCompressSync,
  zstdDecompressSync,
} from 'node:zlib';
import type { CompressionLevel } from '../../repository/ports.ts';
import { isWholeFrame } from './zstd-frame.ts';

/** Compresses or decompresses one whole frame of zstd after the other. Synchronous. */
export interface ZstdContext {
  /**
   * @param target larger than what comes; compressing, of compressedBytesMax
   * @returns how much of it was filled; undefined: bad bytes, or no room
   */
  run(target: Uint8Array, bytes: Uint8Array): number | undefined;
}

/**
 * What Node's own synchronous functions are built on, and what they make anew for
 * each call: about half of the time of a frame, and most of its garbage. It is not
 * documented, therefore looked for, and done without where it is missing.
 */
interface NativeStream {
  readonly destroyed: boolean;
  readonly _handle: {
    /** Target and bytes: each with its offset and length. */
    writeSync(
      flush: number,
      ...buffers: [Uint8Array, number, number, Uint8Array, number, number]
    ): void;
  };
  /** What is left of the target, then of the bytes. */
  readonly _writeState: Uint32Array;
}

/** [zstd: ZSTD_COMPRESSBOUND] */
export function compressedBytesMax(length: number): number {
  const ofSmall = length < 128 * 1024 ? (128 * 1024 - length) >>> 11 : 0;
  return length + (length >>> 8) + ofSmall + 64;
}

export function zstdCompression(level: CompressionLevel): ZstdContext {
  const open = () => nativeOf(createZstdCompress({ params: paramsOf(level) }));
  const isNative = open() !== undefined;
  return isNative ? new ReusedContext(open, constants.ZSTD_e_end) : freshCompression(level);
}

export function zstdDecompression(): ZstdContext {
  const open = () => nativeOf(createZstdDecompress());
  const isNative = open() !== undefined;
  return isNative
    ? ofWholeFrames(new ReusedContext(open, constants.ZSTD_e_continue))
    : freshDecompression();
}

/** By what Node documents. */
export function freshCompression(level: CompressionLevel): ZstdContext {
  const params = paramsOf(level);
  return callsOf(({ length }, bytes) =>
    zstdCompressSync(bytes, { params, chunkSize: chunkBytes(length) }),
  );
}

/** By what Node documents. */
export function freshDecompression(): ZstdContext {
  const calls = callsOf(({ length }, bytes) =>
    zstdDecompressSync(bytes, { maxOutputLength: length, chunkSize: chunkBytes(length) }),
  );
  return ofWholeFrames(calls);
}

/** Neither complains about bytes that are cut off. */
function ofWholeFrames(context: ZstdContext): ZstdContext {
  return {
    run: (target, bytes) => (isWholeFrame(bytes) ? context.run(target, bytes) : undefined),
  };
}

/**
 * Level 3 with the tables that it has for 128 KiB, whatever the frame: those for larger
 * frames leave the core's cache, and save less than 1 %.
 */
const ofLevel3 = { [constants.ZSTD_c_hashLog]: 16, [constants.ZSTD_c_chainLog]: 15 };

function paramsOf(level: CompressionLevel) {
  return { [constants.ZSTD_c_compressionLevel]: level, ...(level === 3 && ofLevel3) };
}

function nativeOf(stream: object): NativeStream | undefined {
  const { _handle, _writeState } = stream as Partial<NativeStream>;
  if (typeof _handle?.writeSync !== 'function' || _writeState?.length !== 2) return undefined;
  // Its errors are seen in its state; nobody else listens.
  const native = stream as NativeStream & { on(event: 'error', listener: () => void): void };
  native.on('error', () => {});
  return native;
}

/** fresh → used, again and again → replaced by a fresh one, after anything but a whole frame. */
class ReusedContext implements ZstdContext {
  readonly #open: () => NativeStream | undefined;
  readonly #flush: number;
  #stream: NativeStream | undefined;
  #isFresh = false;

  constructor(open: () => NativeStream | undefined, flush: number) {
    this.#open = open;
    this.#flush = flush;
  }

  run(target: Uint8Array, bytes: Uint8Array): number | undefined {
    const filled = this.#write(target, bytes);
    if (filled !== undefined || this.#isFresh) return filled;
    // What a damaged frame left behind must not spoil the next one.
    return this.#write(target, bytes);
  }

  #write(target: Uint8Array, bytes: Uint8Array): number | undefined {
    this.#isFresh = this.#stream === undefined;
    this.#stream ??= this.#open();
    const stream = this.#stream;
    if (stream === undefined) return undefined;
    const { _handle, _writeState } = stream;
    _handle.writeSync(this.#flush, bytes, 0, bytes.length, target, 0, target.length);
    const [targetLeft = 0, bytesLeft = 0] = _writeState;
    if (!stream.destroyed && bytesLeft === 0 && targetLeft > 0) return target.length - targetLeft;
    this.#stream = undefined;
    return undefined;
  }
}

/** Of what is allocated at once: the target may be far larger than what comes. */
const chunkBytesMax = 1024 * 1024 + 1;
/** [Node: zlib, Z_MIN_CHUNK] */
const chunkBytesMin = 64;

function chunkBytes(length: number): number {
  return Math.min(Math.max(chunkBytesMin, length), chunkBytesMax);
}

function callsOf(call: (target: Uint8Array, bytes: Uint8Array) => Uint8Array): ZstdContext {
  return {
    run: (target, bytes) => {
      try {
        const made = call(target, bytes);
        if (made.length >= target.length) return undefined;
        target.set(made);
        return made.length;
      } catch {
        return undefined;
      }
    },
  };
}
