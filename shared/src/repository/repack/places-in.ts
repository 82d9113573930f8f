import type { PlannedContent, RepackedSegment } from './plan-codec.ts';

/** Where the contents lie in a segment that was written. */
export function* placesIn(
  { contents: counts }: RepackedSegment,
  contents: readonly PlannedContent[],
) {
  let next = 0;
  for (const [frame, count] of counts.entries()) {
    let offset = 0;
    for (const { contentId, length } of contents.slice(next, next + count)) {
      yield { contentId, frame, offset, length };
      offset += length;
    }
    next += count;
  }
}
