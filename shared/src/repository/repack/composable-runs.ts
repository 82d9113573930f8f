/** What of a source is taken over as it lies. docs/adr/0007. */

import { partBytesMin } from '../ports.ts';

/** A segment of the source that the copy needs. */
export interface NeededSegment {
  readonly segment: string;
  readonly pack: string;
  /** In the pack. */
  readonly offset: number;
  readonly length: number;
  /** Sealed bytes of it that the copy needs. */
  readonly neededBytes: number;
}

/** A stretch of a pack that the storage copies. */
export interface ComposableRun {
  readonly pack: string;
  readonly offset: number;
  readonly length: number;
  readonly segments: readonly NeededSegment[];
}

/** What is dead in a run is kept, and paid for, as long as the copy. */
const neededShareMin = 0.9;

/** Runs by pack, in the order in which they lie. What is in none of them is repacked. */
export function composableRuns(segments: Iterable<NeededSegment>): readonly ComposableRun[] {
  const inOrder = [...segments].sort((a, b) => compare(a.pack, b.pack) || a.offset - b.offset);
  const runs: OpenRun[] = [];
  for (const segment of inOrder) {
    if (segment.neededBytes < segment.length * neededShareMin) continue;
    const last = runs.at(-1);
    if (last?.takes(segment)) last.add(segment);
    else runs.push(new OpenRun(segment));
  }
  return runs.filter(({ length }) => length >= partBytesMin).map((run) => run.closed());
}

class OpenRun {
  readonly #segments: NeededSegment[] = [];
  #neededBytes = 0;
  #end: number;

  constructor(first: NeededSegment) {
    this.#end = first.offset;
    this.add(first);
  }

  get length(): number {
    return this.#end - this.#start;
  }

  /** Together with what lies between. */
  takes({ pack, offset, length, neededBytes }: NeededSegment): boolean {
    if (this.#segments[0]?.pack !== pack) return false;
    const needed = this.#neededBytes + neededBytes;
    return needed >= (offset + length - this.#start) * neededShareMin;
  }

  add(segment: NeededSegment): void {
    this.#segments.push(segment);
    this.#neededBytes += segment.neededBytes;
    this.#end = segment.offset + segment.length;
  }

  closed(): ComposableRun {
    const pack = this.#segments[0]?.pack ?? '';
    return { pack, offset: this.#start, length: this.length, segments: this.#segments };
  }

  get #start(): number {
    return this.#segments[0]?.offset ?? this.#end;
  }
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
