import { ahead } from '../ahead.ts';
import { discardWhole } from '../bytes.ts';
import { isDamage } from '../damaged.ts';
import type { PackFetcher } from './pack-fetcher.ts';
import { type PlacedContent, startOf } from './placed-content.ts';

const rangeBytesMax = 4 * 1024 * 1024;
/** Rather read over a gap than ask again: a request costs more. */
const gapBytesMax = 64 * 1024;
const requestsAtOnce = 4;

/** Frames that are fetched with one request. */
interface Range {
  readonly frames: PlacedContent[];
  end: number;
}

export interface FetchedFrames {
  /** In the order of the frames that were asked for; undefined: it is not there. */
  readonly sealed: readonly (Uint8Array | undefined)[];
  /** Frees their memory. */
  discard(): void;
}

/**
 * Sealed frames, neighbours in one request.
 * @param frames by place, a content of each
 */
export async function fetchFrames(
  packs: PackFetcher,
  frames: readonly PlacedContent[],
): Promise<FetchedFrames> {
  const sealed: (Uint8Array | undefined)[] = [];
  const fetched: Uint8Array[] = [];
  const fetch = (range: Range) => fetchRange(packs, range);
  for await (const found of ahead(rangesOf(frames), requestsAtOnce, fetch)) {
    sealed.push(...found.sealed);
    fetched.push(...found.fetched);
  }
  return { sealed, discard: () => fetched.forEach(discardWhole) };
}

interface FetchedRange {
  readonly sealed: readonly (Uint8Array | undefined)[];
  readonly fetched: readonly Uint8Array[];
}

function rangesOf(frames: readonly PlacedContent[]): Range[] {
  const ranges: Range[] = [];
  for (const frame of frames) {
    const end = startOf(frame) + frame.address.frameLength;
    const range = ranges.at(-1);
    if (range !== undefined && isNear(range, frame, end)) {
      range.frames.push(frame);
      range.end = Math.max(range.end, end);
    } else {
      ranges.push({ frames: [frame], end });
    }
  }
  return ranges;
}

function isNear({ frames, end }: Range, next: PlacedContent, nextEnd: number): boolean {
  const [first] = frames;
  if (first === undefined || first.place.pack !== next.place.pack) return false;
  return startOf(next) - end <= gapBytesMax && nextEnd - startOf(first) <= rangeBytesMax;
}

async function fetchRange(packs: PackFetcher, { frames, end }: Range): Promise<FetchedRange> {
  const [first] = frames;
  if (first === undefined) return { sealed: [], fetched: [] };
  const offset = startOf(first);
  const bytes = await bytesOf(packs, first, { offset, length: end - offset });
  if (bytes === undefined) return frames.length === 1 ? missing : fetchEach(packs, frames);
  const sealed = frames.map((frame) => {
    const at = startOf(frame) - offset;
    return bytes.subarray(at, at + frame.address.frameLength);
  });
  return { sealed, fetched: [bytes] };
}

const missing: FetchedRange = { sealed: [undefined], fetched: [] };

/** A range may reach into what is missing, while others of its frames are there. */
async function fetchEach(
  packs: PackFetcher,
  frames: readonly PlacedContent[],
): Promise<FetchedRange> {
  const sealed: (Uint8Array | undefined)[] = [];
  for (const frame of frames) {
    const range = { offset: startOf(frame), length: frame.address.frameLength };
    sealed.push(await bytesOf(packs, frame, range));
  }
  return { sealed, fetched: sealed.filter((bytes) => bytes !== undefined) };
}

async function bytesOf(
  packs: PackFetcher,
  { place }: PlacedContent,
  range: { readonly offset: number; readonly length: number },
): Promise<Uint8Array | undefined> {
  try {
    return (await packs.get(place.pack, range)).bytes;
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}
