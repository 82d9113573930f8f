import type { FooterSegment } from '../pack/footer-segments.ts';
import { partBytesMin } from '../ports.ts';
import type { ComposableRun } from './composable-runs.ts';
import type { ObjectCopy } from './object-copy.ts';

/** A run whose segments the target's object can open. */
export interface RunOfObject extends ComposableRun {
  readonly copy: ObjectCopy;
  /** In the source's pack, with their keys wrapped for the target's object. */
  readonly stored: readonly FooterSegment[];
}

/** Runs of one target pack. */
export interface ComposedPack {
  readonly runs: readonly RunOfObject[];
  readonly copies: ReadonlySet<ObjectCopy>;
  readonly bytes: number;
  readonly isTail: boolean;
}

/** Of the configured size. */
const fullShareMin = 0.95;

/** Runs one after the other, until there is enough for a pack; a run is cut where that is. */
export class RunTape {
  readonly #packBytes: number;
  #runs: RunOfObject[] = [];
  #bytes = 0;

  constructor(packBytes: number) {
    this.#packBytes = packBytes;
  }

  /** @returns packs that got full */
  *add(run: RunOfObject): Generator<ComposedPack> {
    let left: RunOfObject | undefined = run;
    while (left !== undefined) {
      const [head, tail] = cut(left, this.#packBytes - this.#bytes);
      this.#runs.push(head);
      this.#bytes += head.length;
      left = tail;
      if (this.#bytes >= this.#packBytes * fullShareMin) yield this.#take(false);
    }
  }

  /** What is left. */
  end(): ComposedPack | undefined {
    return this.#runs.length === 0 ? undefined : this.#take(true);
  }

  #take(isTail: boolean): ComposedPack {
    const runs = this.#runs;
    const pack = {
      runs,
      copies: new Set(runs.map(({ copy }) => copy)),
      bytes: this.#bytes,
      isTail,
    };
    this.#runs = [];
    this.#bytes = 0;
    return pack;
  }
}

/** In two where it has enough, between two segments; neither of them may be too short for a part. */
function cut(run: RunOfObject, bytes: number): readonly [RunOfObject, RunOfObject?] {
  const end = run.offset + run.length;
  const at = run.segments.findIndex(({ offset }) => {
    const head = offset - run.offset;
    return head >= Math.max(bytes, partBytesMin) && end - offset >= partBytesMin;
  });
  const next = run.segments[at];
  const last = run.segments[at - 1];
  if (next === undefined || last === undefined) return [run];
  const isInHead = ({ identity }: FooterSegment) => identity.offset < next.offset;
  return [
    {
      ...run,
      length: last.offset + last.length - run.offset,
      segments: run.segments.slice(0, at),
      stored: run.stored.filter(isInHead),
    },
    {
      ...run,
      offset: next.offset,
      length: end - next.offset,
      segments: run.segments.slice(at),
      stored: run.stored.filter((segment) => !isInHead(segment)),
    },
  ];
}
