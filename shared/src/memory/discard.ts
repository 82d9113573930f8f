/**
 * Frees memory at once that would wait for a collection, which is late where the
 * heap hardly grows. Nobody may read the bytes any more, nor what else lies in
 * their buffer. Leaves alone what is shared between threads, and what may be
 * Node's pool, of which small buffers are cut.
 */
export function discard({ buffer }: Uint8Array): void {
  if (buffer.byteLength !== Buffer.poolSize) free(buffer);
}

/** As discard, unless the bytes are a part of a buffer that may hold something else. */
export function discardWhole({ byteLength, buffer }: Uint8Array): void {
  if (byteLength === buffer.byteLength) free(buffer);
}

/** Yields each piece and frees it when the next is asked for: of a network, which keeps none. */
export async function* passing(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) {
    yield piece;
    discardWhole(piece);
  }
}

function free(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached) buffer.transfer(0);
}
