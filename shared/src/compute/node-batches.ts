import type { BatchCompute } from '../repository/batch-compute.ts';
import type { Compute } from '../repository/ports.ts';
import { contentIdsOf, openFramesInto, sealFramesInto } from '../repository/segment/frame-batch.ts';

/** Batches on the calling thread. */
export function batchesInThread(compute: Omit<Compute, 'batches'>): BatchCompute {
  return {
    workspace: (sizeBytes) => ({ bytes: new Uint8Array(sizeBytes), release: () => {} }),
    contentIds: (secret, { bytes }, contents) => contentIdsOf(compute, secret, bytes, contents),
    sealFrames: async ({ bytes }, frames, roomStart) => {
      const sealed = await sealFramesInto(compute, bytes, { frames, roomStart });
      return sealed.map(({ start, length }) => bytes.subarray(start, start + length));
    },
    openFrames: ({ bytes }, frames) => openFramesInto(compute, bytes, frames),
  };
}
