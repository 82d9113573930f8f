import { retry } from '../time/retry.ts';
import { systemClock } from '../time/system-clock.ts';
import { systemRandom } from '../time/system-random.ts';
import type { BlockPool } from './block-pool.ts';
import { inBlocks, startingWith } from './byte-stream.ts';
import { putUntilSettled } from './settled-put.ts';
import { stageBlocks } from './staged-blocks.ts';

/** Blocks that become one blob at once, or nothing. */
export interface BlockUpload<Staged> {
  /** Safe to repeat. @param index from 0 */
  stage(bytes: Uint8Array, index: number): Promise<Staged>;
  /** Safe to repeat. @param staged what stage gave, in the order of the blocks */
  commit(staged: readonly Staged[]): Promise<void>;
  /** Whether what lies at the name now is of this upload. */
  isThere(staged: readonly Staged[]): Promise<boolean>;
  /** Frees what was staged. MUST not throw. */
  abandon(): Promise<void>;
}

/** How one kind of storage writes the blob. */
export interface StreamTarget<Staged> {
  readonly pool: BlockPool;
  /** Of a stream that fits into one block. */
  readonly put: (bytes: Uint8Array) => Promise<void>;
  readonly read: () => Promise<Uint8Array>;
  readonly begin: () => Promise<BlockUpload<Staged>>;
  readonly signal: AbortSignal | undefined;
}

const policy = { triesMax: 4, delayMsFirst: 500, delayMsMax: 8_000 };
const ports = { clock: systemClock, random: systemRandom };
/** Held by a stream: one under way, one being filled. */
const blocksHeld = 2;

/**
 * Writes a stream in blocks, or at once when it fits into one. A stream cannot be
 * read again, so what can be repeated is repeated here: each block, and the call
 * that ends it all, until its outcome is known.
 */
export async function putStreamed<Staged>(
  body: AsyncIterable<Uint8Array>,
  target: StreamTarget<Staged>,
): Promise<void> {
  const { pool, signal } = target;
  const blocks = inBlocks(body, pool);
  const first = (await blocks.next()).value ?? new Uint8Array();
  if (first.length >= pool.blockBytes) return upload(startingWith(first, blocks), target);
  const put = () => target.put(first);
  const isOurs = async () => Buffer.compare(await target.read(), first) === 0;
  await putUntilSettled({ put, isOurs, policy, ports, signal });
  pool.give(first);
}

async function upload<Staged>(
  blocks: AsyncIterable<Uint8Array>,
  { pool, begin, signal }: StreamTarget<Staged>,
): Promise<void> {
  const begun = await begin();
  const stage = async (bytes: Uint8Array, index: number) => {
    let tries = 0;
    const attempt = (count: number) => {
      tries = count;
      return begun.stage(bytes, index);
    };
    const staged = await retry(attempt, { policy, ports, signal });
    // A try that failed may still be sending: its block must keep its bytes.
    if (tries === 1) pool.give(bytes);
    return staged;
  };
  try {
    const staged = await stageBlocks(blocks, stage, blocksHeld);
    const put = () => begun.commit(staged);
    const isOurs = () => begun.isThere(staged);
    await putUntilSettled({ put, isOurs, policy, ports, signal });
  } catch (error) {
    await begun.abandon();
    throw error;
  }
}
