import { sharedFrameBytes } from '../segment/frame-groups.ts';
import type { PlannedContent } from './plan-codec.ts';

/** Less is put into a frame with its neighbours: small frames would stay small in every copy. */
const wholeBytesMin = sharedFrameBytes / 2;

/** Contents, end to end from the beginning of a frame. */
export interface FrameRun {
  /** Position of the first in the plan. */
  readonly first: number;
  readonly contents: number;
  readonly bytes: number;
}

export interface WholeFramesOptions {
  readonly contents: readonly PlannedContent[];
  /** Positions in contents, from the first up to, but without, the end. */
  readonly first: number;
  readonly end: number;
  /** Position of the target that a content is for. */
  readonly targetOf: (at: number) => number;
}

/**
 * Frames of a plan, by their position in it, that may pass as they are: what is wanted of them
 * is for one target, one after the other from the beginning on. Whether it is all of the frame
 * is known when it is opened.
 */
export function wholeFrames(options: WholeFramesOptions): ReadonlyMap<number, FrameRun> {
  const runs = new Map<number, FrameRun>();
  const broken = new Set<number>();
  for (const { frame, run } of frameRuns(options)) {
    if (run === undefined || runs.has(frame)) broken.add(frame);
    else runs.set(frame, run);
  }
  return new Map(
    [...runs].filter(([frame, { bytes }]) => !broken.has(frame) && bytes >= wholeBytesMin),
  );
}

/** Of each frame as often as it is met; without run: its contents are not end to end from its beginning. */
function* frameRuns({ contents, first, end, targetOf }: WholeFramesOptions) {
  for (let at = first; at < end; ) {
    const begun = at;
    const frame = contents[begun]?.frame ?? 0;
    let bytes = 0;
    let isWhole = true;
    for (; at < end; at += 1) {
      const content = contents[at];
      if (content?.frame !== frame || targetOf(at) !== targetOf(begun)) break;
      isWhole &&= content.offset === bytes;
      bytes += content.length;
    }
    yield { frame, run: isWhole ? { first: begun, contents: at - begun, bytes } : undefined };
  }
}
