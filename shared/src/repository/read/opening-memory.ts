import { discard } from '../../memory/discard.ts';
import type { FrameToOpen, OpenedFrames } from '../batch-compute.ts';
import type { Compute } from '../ports.ts';
import { FrameBatches } from '../segment/frame-batch.ts';

/** Less is opened on the calling thread: sooner than another would wake up. */
const handedOverBytesMin = 256 * 1024;

/** Memory that frames are fetched into and opened in. */
export interface OpeningMemory {
  readonly bytes: Uint8Array;
  /** As BatchCompute.openContents. */
  open(frames: readonly FrameToOpen[], secrets: readonly Uint8Array[]): Promise<OpenedFrames>;
  /** Frees what lies behind, if that is not too little. */
  trim(sizeBytes: number): void;
  release(): void;
}

export function openingMemory(compute: Compute, sizeBytes: number): OpeningMemory {
  if (sizeBytes < handedOverBytesMin) return ownMemory(compute, sizeBytes);
  const workspace = compute.batches.workspace(sizeBytes);
  return {
    bytes: workspace.bytes,
    open: (frames, secrets) => compute.batches.openContents(workspace, frames, secrets),
    trim: (size) => workspace.trim(size),
    release: () => workspace.release(),
  };
}

function ownMemory(compute: Compute, sizeBytes: number): OpeningMemory {
  const bytes = new Uint8Array(sizeBytes);
  const batches = new FrameBatches(compute);
  return {
    bytes,
    open: async (frames, secrets) => batches.open(bytes, { frames, secrets }),
    trim: () => {},
    release: () => discard(bytes),
  };
}
