import { ahead } from '../ahead.ts';
import type { Stretch } from '../batch-compute.ts';
import { isDamage } from '../damaged.ts';
import type { ByteRange } from '../ports.ts';
import type { PackFetcher } from './pack-fetcher.ts';
import { type PlacedContent, startOf } from './placed-content.ts';

const rangeBytesMax = 4 * 1024 * 1024;
/** Rather read over a gap than ask again: a request costs more. */
const gapBytesMax = 64 * 1024;
const requestsAtOnce = 4;

/** Frames that are fetched with one request, and where its bytes go. */
interface Range {
  readonly frames: PlacedContent[];
  readonly start: number;
  end: number;
  readonly to: number;
}

/** What has to be fetched, and how much memory that takes. */
export interface FetchPlan {
  readonly ranges: readonly Range[];
  readonly sizeBytes: number;
}

/** @param frames by place, a content of each */
export function planFetch(frames: readonly PlacedContent[]): FetchPlan {
  const ranges: Range[] = [];
  const endOf = (range: Range | undefined) =>
    range === undefined ? 0 : range.to + range.end - range.start;
  for (const frame of frames) {
    const start = startOf(frame);
    const end = start + frame.address.frameLength;
    const range = ranges.at(-1);
    if (range !== undefined && isNear(range, frame, end)) {
      range.frames.push(frame);
      range.end = Math.max(range.end, end);
    } else {
      ranges.push({ frames: [frame], start, end, to: endOf(range) });
    }
  }
  return { ranges, sizeBytes: endOf(ranges.at(-1)) };
}

function isNear({ frames, start, end }: Range, next: PlacedContent, nextEnd: number): boolean {
  if (frames[0]?.place.pack !== next.place.pack) return false;
  return startOf(next) - end <= gapBytesMax && nextEnd - start <= rangeBytesMax;
}

/**
 * Sealed frames, neighbours with one request. When it ends, nothing is written into the
 * target any more.
 * @returns where in the target each lies, in their order; undefined: it is not there
 */
export async function fetchFrames(
  packs: PackFetcher,
  { ranges }: FetchPlan,
  target: Uint8Array,
): Promise<(Stretch | undefined)[]> {
  const sealed: (Stretch | undefined)[] = [];
  const running: Promise<unknown>[] = [];
  const fetch = (range: Range) => {
    const fetching = fetchRange(packs, range, target);
    running.push(fetching);
    return fetching;
  };
  try {
    for await (const found of ahead(ranges, requestsAtOnce, fetch)) sealed.push(...found);
    return sealed;
  } finally {
    await Promise.allSettled(running);
  }
}

async function fetchRange(
  packs: PackFetcher,
  range: Range,
  target: Uint8Array,
): Promise<(Stretch | undefined)[]> {
  const { frames, start, end, to } = range;
  const stretches = frames.map((frame) => {
    return { start: to + startOf(frame) - start, length: frame.address.frameLength };
  });
  const pack = frames[0]?.place.pack ?? '';
  const whole = { offset: start, length: end - start };
  if (await isFetched(packs, { pack, range: whole, to }, target)) return stretches;
  // It may reach into what is missing, while others of its frames are there.
  const found: (Stretch | undefined)[] = [];
  for (const [at, stretch] of stretches.entries()) {
    const offset = start + stretch.start - to;
    const alone = { pack, range: { offset, length: stretch.length }, to: stretch.start };
    const isThere = frames.length > 1 && (await isFetched(packs, alone, target));
    found[at] = isThere ? stretch : undefined;
  }
  return found;
}

interface Fetching {
  readonly pack: string;
  readonly range: ByteRange;
  readonly to: number;
}

/** False: it is missing. */
async function isFetched(
  packs: PackFetcher,
  { pack, range, to }: Fetching,
  target: Uint8Array,
): Promise<boolean> {
  try {
    await packs.readInto(pack, range, target.subarray(to, to + range.length));
    return true;
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}
