import type { BlobPart, ByteRange } from '../repository/ports.ts';
import { retry } from '../time/retry.ts';
import { systemClock } from '../time/system-clock.ts';
import { systemRandom } from '../time/system-random.ts';
import { putUntilSettled } from './settled-put.ts';
import { stageBlocks } from './staged-blocks.ts';
import type { BlockUpload } from './stream-put.ts';

/** An upload that the storage can fill out of blobs of its own. */
export interface ComposingUpload<Staged> extends BlockUpload<Staged> {
  /** Safe to repeat. @param index from 0 */
  stageCopy(from: string, range: ByteRange, index: number): Promise<Staged>;
}

const policy = { triesMax: 4, delayMsFirst: 500, delayMsMax: 8_000 };
const ports = { clock: systemClock, random: systemRandom };
/** Copies inside the storage are slow one by one, and cost this machine nothing. */
const partsAtOnce = 8;

/** Stages all parts, then makes them one blob: at once, or not at all. */
export async function composeBlob<Staged>(
  parts: readonly BlobPart[],
  begin: () => Promise<ComposingUpload<Staged>>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const upload = await begin();
  const stage = (part: BlobPart, index: number) => {
    const attempt = () =>
      'bytes' in part
        ? upload.stage(part.bytes, index)
        : upload.stageCopy(part.from, part.range, index);
    return retry(attempt, { policy, ports, signal });
  };
  try {
    const staged = await stageBlocks(parts, stage, partsAtOnce);
    const put = () => upload.commit(staged);
    const isOurs = () => upload.isThere(staged);
    await putUntilSettled({ put, isOurs, policy, ports, signal });
  } catch (error) {
    await upload.abandon();
    throw error;
  }
}
