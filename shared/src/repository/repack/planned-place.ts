import type { NamedContent } from '../read/placed-content.ts';
import type { PlannedContent, RepackPlan } from './plan-codec.ts';

/** Where a content of a plan lies in the source. */
export function placedIn(
  { frames, sources }: RepackPlan,
  { contentId, frame, offset, length }: PlannedContent,
): NamedContent {
  const planned = frames[frame];
  const source = planned && sources[planned.source];
  if (planned === undefined || source === undefined) {
    throw new RangeError(`the plan has no frame ${frame}`);
  }
  const { segment, pack } = source;
  const inFrame = { frame: planned.frame, frameOffset: planned.offset, offset, length };
  return {
    contentId,
    address: { segment, frameLength: planned.length, ...inFrame },
    place: { pack, offset: source.offset, length: 0, keyId: '', packLength: 0 },
  };
}
