import { invariant } from '../../errors/invariant.ts';
import { fromHex, toHex } from '../bytes.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { NamedContent } from './placed-content.ts';

interface PlacedSegment {
  readonly segment: string;
  readonly place: SegmentPlace;
}

const idBytes = 32;
const numbersEach = 6;

/** Contents and where they lie: 56 bytes each. */
export class PackedContents {
  readonly length: number;
  readonly #ids: Buffer;
  /** Segment + 1, frame, its offset and length, offset and length of the content; all 0: unknown. */
  readonly #numbers: Uint32Array;
  readonly #segments: PlacedSegment[] = [];
  readonly #segmentAt = new Map<SegmentPlace, number>();

  constructor(contentIds: readonly string[]) {
    this.length = contentIds.length;
    this.#ids = Buffer.alloc(contentIds.length * idBytes);
    this.#numbers = new Uint32Array(contentIds.length * numbersEach);
    for (const [at, id] of contentIds.entries()) this.#ids.set(fromHex(id), at * idBytes);
  }

  idAt(at: number): string {
    return toHex(this.#ids.subarray(at * idBytes, (at + 1) * idBytes));
  }

  isPlaced(at: number): boolean {
    return this.#numbers[at * numbersEach] !== 0;
  }

  /** Positions in order of content ids. */
  inOrderOfIds(): Uint32Array {
    const ids = this.#ids;
    const positions = Uint32Array.from({ length: this.length }, (_, at) => at);
    const end = (at: number) => (at + 1) * idBytes;
    return positions.sort((a, b) => ids.compare(ids, b * idBytes, end(b), a * idBytes, end(a)));
  }

  place(at: number, { address, place }: NamedContent): void {
    const { frame, frameOffset, frameLength, offset, length } = address;
    const segment = this.#segmentOf(address.segment, place) + 1;
    this.#numbers.set([segment, frame, frameOffset, frameLength, offset, length], at * numbersEach);
  }

  at(at: number): NamedContent {
    const start = at * numbersEach;
    const numbers = this.#numbers.subarray(start, start + numbersEach);
    const [segmentAt = 0, frame = 0, frameOffset = 0, frameLength = 0, offset = 0, length = 0] =
      numbers;
    const placed = this.#segments[segmentAt - 1];
    invariant(placed !== undefined, `content ${at} was not placed`);
    const { segment, place } = placed;
    const address = { segment, frame, frameOffset, frameLength, offset, length };
    return { contentId: this.idAt(at), address, place };
  }

  /** Of two placed contents, as byPlace compares. */
  byPlace(a: number, b: number): number {
    const [one, other] = [this.#placeOf(a), this.#placeOf(b)];
    if (one.pack !== other.pack) return one.pack < other.pack ? -1 : 1;
    const startOf = (place: SegmentPlace, at: number) => place.offset + this.#number(at, 2);
    return startOf(one, a) - startOf(other, b) || this.#number(a, 4) - this.#number(b, 4);
  }

  #placeOf(at: number): SegmentPlace {
    const placed = this.#segments[this.#number(at, 0) - 1];
    invariant(placed !== undefined, `content ${at} was not placed`);
    return placed.place;
  }

  #number(at: number, which: number): number {
    return this.#numbers[at * numbersEach + which] ?? 0;
  }

  /** A place is the same object as long as it is the same segment's. */
  #segmentOf(segment: string, place: SegmentPlace): number {
    const known = this.#segmentAt.get(place);
    if (known !== undefined) return known;
    this.#segmentAt.set(place, this.#segments.length);
    return this.#segments.push({ segment, place }) - 1;
  }
}
