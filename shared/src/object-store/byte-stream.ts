import type { BlockPool } from './block-pool.ts';

/**
 * Cuts a stream into blocks of exactly the pool's size; the last may be shorter.
 * An empty stream yields no block. Holds one block; what it yielded is given
 * back to the pool by whoever got it.
 */
export async function* inBlocks(
  body: AsyncIterable<Uint8Array>,
  pool: BlockPool,
): AsyncGenerator<Uint8Array> {
  let block: Buffer | undefined;
  let used = 0;
  for await (const chunk of body) {
    for (let offset = 0; offset < chunk.length; ) {
      block ??= pool.take();
      const taken = Math.min(block.length - used, chunk.length - offset);
      block.set(chunk.subarray(offset, offset + taken), used);
      used += taken;
      offset += taken;
      if (used < block.length) continue;
      yield block;
      block = undefined;
      used = 0;
    }
  }
  if (block !== undefined) yield block.subarray(0, used);
}

/** A stream whose first block was taken already. */
export async function* startingWith(
  first: Uint8Array,
  rest: AsyncGenerator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield first;
    yield* rest;
  } finally {
    await rest.return(undefined);
  }
}
