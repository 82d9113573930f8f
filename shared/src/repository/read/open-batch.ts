import type { BatchCompute, FrameToOpen } from '../batch-compute.ts';
import { sum } from '../bytes.ts';
import type { SegmentKey } from '../segment/segment-key.ts';

/** A sealed data frame. */
export interface SealedDataFrame {
  readonly id: string;
  readonly segment: SegmentKey;
  readonly number: number;
  readonly sealed: Uint8Array;
  /** The most that it may hold. */
  readonly bytesMax: number;
}

/** Opens frames in one go. @returns those that are sound, by id: copies */
export async function openBatch(
  batches: BatchCompute,
  frames: readonly SealedDataFrame[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const sizeBytes = sum(frames.map(({ sealed, bytesMax }) => sealed.length + bytesMax));
  const workspace = batches.workspace(sizeBytes);
  try {
    let at = 0;
    const toOpen = frames.map(({ segment, number, sealed, bytesMax }): FrameToOpen => {
      workspace.bytes.set(sealed, at);
      const start = at;
      const roomStart = start + sealed.length;
      at = roomStart + bytesMax;
      const room = { start: roomStart, length: bytesMax };
      return { segment, number, kind: 'data', sealed: { start, length: sealed.length }, room };
    });
    const results = await batches.openFrames(workspace, toOpen);
    const opened = new Map<string, Uint8Array>();
    for (const [n, { id }] of frames.entries()) {
      const result = results[n];
      if (result === undefined || 'damage' in result) continue;
      opened.set(id, workspace.bytes.slice(result.start, result.start + result.length));
    }
    return opened;
  } finally {
    workspace.release();
  }
}
