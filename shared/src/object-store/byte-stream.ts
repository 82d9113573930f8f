/** All bytes of a stream at once: only for streams whose size is bounded. */
export async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/**
 * Cuts a stream into blocks of exactly blockBytes; the last may be shorter. An
 * empty stream yields no block. Holds one block.
 */
export async function* inBlocks(
  body: AsyncIterable<Uint8Array>,
  blockBytes: number,
): AsyncGenerator<Uint8Array> {
  let block = Buffer.allocUnsafe(blockBytes);
  let used = 0;
  for await (const chunk of body) {
    for (let offset = 0; offset < chunk.length; ) {
      const taken = Math.min(blockBytes - used, chunk.length - offset);
      block.set(chunk.subarray(offset, offset + taken), used);
      used += taken;
      offset += taken;
      if (used < blockBytes) continue;
      yield block;
      block = Buffer.allocUnsafe(blockBytes);
      used = 0;
    }
  }
  if (used > 0) yield block.subarray(0, used);
}
