import type { BatchCompute } from '../repository/batch-compute.ts';
import type { FrameCompute } from '../repository/ports.ts';
import { FrameBatches } from '../repository/segment/frame-batch.ts';

/** Batches on the calling thread. */
export function batchesInThread(compute: FrameCompute): BatchCompute {
  const batches = new FrameBatches(compute);
  return {
    workspace: (sizeBytes) => ({ bytes: new Uint8Array(sizeBytes), release: () => {} }),
    contentIds: async (secret, { bytes }, contents) => batches.contentIds(secret, bytes, contents),
    sealFrames: async ({ bytes }, frames, roomStart) =>
      batches
        .seal(bytes, { frames, roomStart })
        .map(({ start, length }) => bytes.subarray(start, start + length)),
    openContents: async ({ bytes }, frames, secrets) => batches.open(bytes, { frames, secrets }),
  };
}
