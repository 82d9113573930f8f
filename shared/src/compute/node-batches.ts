import type { BatchCompute } from '../repository/batch-compute.ts';
import type { FrameCompute } from '../repository/ports.ts';
import { FrameBatches } from '../repository/segment/frame-batch.ts';

/** A small object fills little of its workspace: to get memory for it costs most. */
const keptBytesMax = 4 * 1024 * 1024;

/** Batches on the calling thread. */
export function batchesInThread(compute: FrameCompute): BatchCompute {
  const batches = new FrameBatches(compute);
  const free: Uint8Array[] = [];
  return {
    workspace: (sizeBytes) => {
      const last = free.pop();
      const bytes = last?.length === sizeBytes ? last : new Uint8Array(sizeBytes);
      let isReleased = false;
      const release = () => {
        if (!isReleased && free.length === 0 && sizeBytes <= keptBytesMax) free.push(bytes);
        isReleased = true;
      };
      return { bytes, trim: () => {}, release };
    },
    contentIds: async (secret, { bytes }, contents) => batches.contentIds(secret, bytes, contents),
    sealFrames: async ({ bytes }, frames, roomStart) =>
      batches
        .seal(bytes, { frames, roomStart })
        .map(({ start, length }) => bytes.subarray(start, start + length)),
    openContents: async ({ bytes }, frames, secrets) => batches.open(bytes, { frames, secrets }),
  };
}
