import { invariant } from '../../errors/invariant.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import type { NeededSegment } from './composable-runs.ts';

interface Need {
  readonly place: SegmentPlace;
  /** Frames that count already. */
  readonly frames: Set<number>;
  bytes: number;
}

/** How much a copy needs of each segment of its source. */
export class SegmentNeeds {
  readonly #needs = new Map<string, Need>();
  readonly #packLengths = new Map<string, number>();

  add({ address, place }: PlacedContent): void {
    const { segment, frame, frameLength } = address;
    const need = this.#needs.get(segment) ?? { place, frames: new Set(), bytes: 0 };
    this.#needs.set(segment, need);
    this.#packLengths.set(place.pack, place.packLength);
    if (need.frames.has(frame)) return;
    need.frames.add(frame);
    need.bytes += frameLength;
  }

  *segments(): Generator<NeededSegment> {
    for (const [segment, { place, bytes }] of this.#needs) {
      const { pack, offset, length } = place;
      yield { segment, pack, offset, length, neededBytes: bytes };
    }
  }

  place(segment: string): SegmentPlace {
    const need = this.#needs.get(segment);
    invariant(need !== undefined, `segment ${segment} is needed`);
    return need.place;
  }

  /** Of the blob; 0: not known. */
  packLength(pack: string): number {
    return this.#packLengths.get(pack) ?? 0;
  }
}
