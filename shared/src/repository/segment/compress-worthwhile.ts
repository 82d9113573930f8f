import type { CompressionLevel, FrameCompute } from '../ports.ts';

/** The least that contents are cut into. */
const largeBytesMin = 512 * 1024;
/** One content of so many is compressed at both levels. */
const comparedEvery = 16;
/** Level 3 takes twice the time of level 1 for contents of this size. */
const worthwhileGain = 0.02;
/** How much of what was learned before counts beside a new comparison: single ones say little. */
const memory = 0.75;

export type CompressInto = (target: Uint8Array, content: Uint8Array) => number;

/**
 * Compresses at level 3, but large contents at level 1 as long as level 3 saves less than
 * 2 % more: with media, archives and disk images it saves next to nothing. One large
 * content in 16 is compressed at both levels, and the last ones that were decide for the
 * next ones, whatever these belong to.
 */
export function compressWorthwhile(compute: FrameCompute): CompressInto {
  let level: CompressionLevel = 3;
  let left = 0;
  let bytesAt1 = 0;
  let bytesAt3 = 0;
  return (target, content) => {
    if (content.length < largeBytesMin) return compute.compressInto(target, content, 3);
    if (left > 0) {
      left -= 1;
      return compute.compressInto(target, content, level);
    }
    bytesAt1 = memory * bytesAt1 + compute.compressInto(target, content, 1);
    const length = compute.compressInto(target, content, 3);
    bytesAt3 = memory * bytesAt3 + length;
    level = bytesAt3 > (1 - worthwhileGain) * bytesAt1 ? 1 : 3;
    left = comparedEvery - 1;
    return length;
  };
}
