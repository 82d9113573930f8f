import { ahead } from '../ahead.ts';
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

/**
 * Sealed frames, neighbours in one request.
 * @param frames by place, a content of each
 * @returns in their order; undefined: it is not there
 */
export async function fetchFrames(
  packs: PackFetcher,
  frames: readonly PlacedContent[],
): Promise<(Uint8Array | undefined)[]> {
  const sealed: (Uint8Array | undefined)[] = [];
  const fetching = ahead(rangesOf(frames), requestsAtOnce, (range) => fetchRange(packs, range));
  for await (const found of fetching) sealed.push(...found);
  return sealed;
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

async function fetchRange(
  packs: PackFetcher,
  { frames, end }: Range,
): Promise<(Uint8Array | undefined)[]> {
  const [first] = frames;
  if (first === undefined) return [];
  const offset = startOf(first);
  const bytes = await fetched(packs, first, { offset, length: end - offset });
  if (bytes !== undefined) {
    return frames.map((frame) => {
      const at = startOf(frame) - offset;
      return bytes.subarray(at, at + frame.address.frameLength);
    });
  }
  if (frames.length === 1) return [undefined];
  // The range may reach into what is missing, while others of its frames are there.
  const each: (Uint8Array | undefined)[] = [];
  for (const frame of frames) {
    const range = { offset: startOf(frame), length: frame.address.frameLength };
    each.push(await fetched(packs, frame, range));
  }
  return each;
}

async function fetched(
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
