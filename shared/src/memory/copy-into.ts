/** Up to here set is as fast. */
const setBytesMax = 256;

/**
 * As target.set(source, at); the source may overlap the target when it lies behind it. Of
 * memory that threads share, set copies one byte after the other. Node's copy does not,
 * unless it is asked for a whole source: so it is asked for halves.
 */
export function copyInto(target: Uint8Array, at: number, source: Uint8Array): void {
  const { length } = source;
  // Copy would leave out what does not fit.
  if (length <= setBytesMax || at + length > target.length) {
    target.set(source, at);
    return;
  }
  const middle = length >>> 1;
  const { copy } = Buffer.prototype;
  copy.call(source, target, at, 0, middle);
  copy.call(source, target, at + middle, middle, length);
}
