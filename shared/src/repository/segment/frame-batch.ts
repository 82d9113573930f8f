/** The work of a batch, on whatever thread calls it. */
import type { FrameToOpen, FrameToSeal, OpenedFrame, Stretch } from '../batch-compute.ts';
import { concatBytes, discard, toHex } from '../bytes.ts';
import { isDamage } from '../damaged.ts';
import type { CompressionLevel, Compute } from '../ports.ts';
import { openFrame, sealFrame } from './frame.ts';

type Primitives = Pick<Compute, 'compress' | 'decompress' | 'seal' | 'open' | 'hmacSha256'>;

interface SealBatch {
  readonly frames: readonly FrameToSeal[];
  readonly roomStart: number;
  readonly level?: CompressionLevel;
}

export async function contentIdsOf(
  compute: Primitives,
  secret: Uint8Array,
  bytes: Uint8Array,
  contents: readonly Stretch[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const content of contents) {
    ids.push(toHex(await compute.hmacSha256(secret, [inside(bytes, content)])));
  }
  return ids;
}

/** @returns where each frame lies in bytes */
export async function sealFramesInto(
  compute: Primitives,
  bytes: Uint8Array,
  { frames, roomStart, level }: SealBatch,
): Promise<Stretch[]> {
  const sealedFrames: Stretch[] = [];
  let start = roomStart;
  for (const frame of frames) {
    const content = concatBytes(frame.contents.map((each) => inside(bytes, each)));
    const sealed = await sealFrame(compute, frame, content, level);
    if (frame.contents.length > 1) discard(content);
    const { length } = moveInto(bytes, start, sealed);
    sealedFrames.push({ start, length });
    start += length;
  }
  return sealedFrames;
}

export async function openFramesInto(
  compute: Primitives,
  bytes: Uint8Array,
  frames: readonly FrameToOpen[],
): Promise<OpenedFrame[]> {
  const opened: OpenedFrame[] = [];
  for (const frame of frames) opened.push(await openInto(compute, bytes, frame));
  return opened;
}

async function openInto(
  compute: Primitives,
  bytes: Uint8Array,
  frame: FrameToOpen,
): Promise<OpenedFrame> {
  const { start, length } = frame.room;
  try {
    const content = await openFrame(compute, frame, inside(bytes, frame.sealed));
    if (content.length > length) return { damage: 'it is longer than the index says' };
    return moveInto(bytes, start, content);
  } catch (error) {
    if (isDamage(error)) return { damage: error.message };
    throw error;
  }
}

function moveInto(bytes: Uint8Array, start: number, moved: Uint8Array): Stretch {
  const { length } = moved;
  bytes.set(moved, start);
  discard(moved);
  return { start, length };
}

function inside(bytes: Uint8Array, { start, length }: Stretch): Uint8Array {
  return bytes.subarray(start, start + length);
}
