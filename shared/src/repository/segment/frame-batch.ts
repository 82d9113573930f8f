import { copyInto } from '../../memory/copy-into.ts';
import type {
  ContentToOpen,
  EncodedFrame,
  FrameToOpen,
  FrameToSeal,
  OpenDamage,
  OpenedFrames,
  Stretch,
} from '../batch-compute.ts';
import { sum, toHex } from '../bytes.ts';
import { isDamage } from '../damaged.ts';
import type { CompressionLevel, FrameCompute } from '../ports.ts';
import { type CompressInto, compressWorthwhile } from './compress-worthwhile.ts';
import { decodeFrame, openEncoded, type Scratch, sealEncodedInto, sealFrameInto } from './frame.ts';

interface SealBatch {
  readonly frames: readonly FrameToSeal[];
  readonly roomStart: number;
  /** For all of it; default: what is worthwhile for each frame. */
  readonly level?: CompressionLevel | undefined;
}

interface SealOne {
  readonly place: FrameToSeal;
  readonly target: Uint8Array;
  readonly compress: CompressInto;
}

interface OpenBatch {
  readonly frames: readonly FrameToOpen[];
  readonly secrets: readonly Uint8Array[];
}

type ContentDamage = Omit<OpenDamage, 'frame'>;

/** What became of a frame: damages, or its length where it is encoded. */
interface OpenedFrame {
  readonly damages: readonly ContentDamage[];
  readonly encodedLength?: number;
}

type IdOf = (content: Uint8Array) => Uint8Array;

/** What is larger is seldom, and let go of. */
const keptBytesMax = 2 * 1024 * 1024;

/** The work of batches, on whatever thread calls it: with memory that is used again and again. */
export class FrameBatches {
  readonly #compute: FrameCompute;
  readonly #compressWorthwhile: CompressInto;
  readonly #kept = new Map<string, Uint8Array>();

  constructor(compute: FrameCompute) {
    this.#compute = compute;
    this.#compressWorthwhile = compressWorthwhile(compute);
  }

  contentIds(secret: Uint8Array, bytes: Uint8Array, contents: readonly Stretch[]): string[] {
    const idOf = this.#compute.hmacSha256With(secret);
    return contents.map((content) => toHex(idOf(inside(bytes, content))));
  }

  /** @returns where each frame lies in bytes */
  seal(bytes: Uint8Array, { frames, roomStart, level }: SealBatch): Stretch[] {
    const compute = this.#compute;
    const compress: CompressInto =
      level === undefined
        ? this.#compressWorthwhile
        : (target, content) => compute.compressInto(target, content, level);
    let start = roomStart;
    return frames.map((place) => {
      const target = bytes.subarray(start);
      const length = this.#seal(bytes, { place, target, compress });
      start += length;
      return { start: start - length, length };
    });
  }

  #seal(bytes: Uint8Array, { place, target, compress }: SealOne): number {
    const { scratch } = this;
    if ('encoded' in place) {
      const encoded = inside(bytes, place.encoded);
      return sealEncodedInto(this.#compute, target, { place, encoded, scratch });
    }
    const content = this.#gathered(bytes, place.contents);
    return sealFrameInto(this.#compute, target, { place, content, compress, scratch });
  }

  open(bytes: Uint8Array, { frames, secrets }: OpenBatch): OpenedFrames {
    const idsOf = secrets.map((secret) => this.#compute.hmacSha256With(secret));
    const damages: OpenDamage[] = [];
    const encoded: EncodedFrame[] = [];
    for (const [frame, place] of frames.entries()) {
      const opened = this.#open(bytes, place, idsOf);
      damages.push(...opened.damages.map((damage) => ({ frame, ...damage })));
      const length = opened.encodedLength;
      if (length !== undefined) encoded.push({ frame, length });
    }
    return { damages, encoded };
  }

  #open(bytes: Uint8Array, place: FrameToOpen, idsOf: readonly IdOf[]): OpenedFrame {
    try {
      const { encodedTo, kind, contents } = place;
      const scratch = this.#scratchFor(place, bytes);
      const opening = { place, sealed: inside(bytes, place.sealed), scratch };
      const encoded = openEncoded(this.#compute, opening);
      const opened = decodeFrame(this.#compute, { encoded, kind, scratch });
      const damages = damagesIn(opened, contents, idsOf);
      if (encodedTo !== undefined && damages.length === 0 && isAllOf(opened, contents)) {
        copyInto(bytes, encodedTo, encoded);
        return { damages, encodedLength: encoded.length };
      }
      const damaged = new Set(damages.map(({ content }) => content));
      for (const [at, content] of contents.entries()) {
        if (content.to === undefined || damaged.has(at)) continue;
        moveInto(bytes, content.to, partOf(opened, content));
      }
      return { damages };
    } catch (error) {
      if (isDamage(error)) return { damages: [{ content: undefined, message: error.message }] };
      throw error;
    }
  }

  /** What is all of a frame is decompressed into its place at once. */
  #scratchFor({ contents, encodedTo }: FrameToOpen, bytes: Uint8Array): Scratch {
    const [only] = contents;
    if (only?.to === undefined || contents.length > 1 || encodedTo !== undefined) {
      return this.scratch;
    }
    const room = bytes.subarray(only.to, only.to + only.length + 1);
    return (use, sizeBytes) =>
      use === 'content' && sizeBytes === room.length ? room : this.#memory(use, sizeBytes);
  }

  /** End to end. */
  #gathered(bytes: Uint8Array, contents: readonly Stretch[]): Uint8Array {
    const [only] = contents;
    if (only !== undefined && contents.length === 1) return inside(bytes, only);
    const length = sum(contents.map((each) => each.length));
    const whole = this.#memory('gathered', length);
    let at = 0;
    for (const content of contents) {
      copyInto(whole, at, inside(bytes, content));
      at += content.length;
    }
    return whole.subarray(0, length);
  }

  readonly scratch: Scratch = (use, sizeBytes) => this.#memory(use, sizeBytes);

  #memory(use: string, sizeBytes: number): Uint8Array {
    const kept = this.#kept.get(use);
    if (kept !== undefined && kept.length >= sizeBytes) return kept;
    const memory = new Uint8Array(sizeBytes);
    if (sizeBytes <= keptBytesMax) this.#kept.set(use, memory);
    return memory;
  }
}

function damagesIn(
  opened: Uint8Array,
  contents: readonly ContentToOpen[],
  idsOf: readonly IdOf[],
): ContentDamage[] {
  return [...contents.entries()].flatMap(([content, wanted]) => {
    const message = contentProblem(opened, wanted, idsOf);
    return message === undefined ? [] : [{ content, message }];
  });
}

/** They are all that it holds, in order. */
function isAllOf(opened: Uint8Array, contents: readonly ContentToOpen[]): boolean {
  let end = 0;
  for (const { offset, length } of contents) {
    if (offset !== end) return false;
    end += length;
  }
  return end === opened.length;
}

/** Unless it lies there already. */
function moveInto(bytes: Uint8Array, to: number, content: Uint8Array): void {
  const isThere = content.buffer === bytes.buffer && content.byteOffset === bytes.byteOffset + to;
  if (!isThere) copyInto(bytes, to, content);
}

function inside(bytes: Uint8Array, { start, length }: Stretch): Uint8Array {
  return bytes.subarray(start, start + length);
}

/** Undefined: it is what its id says. */
export function contentProblem(
  opened: Uint8Array,
  content: Omit<ContentToOpen, 'to'>,
  idsOf: readonly IdOf[],
): string | undefined {
  const { contentId, offset, length } = content;
  if (offset + length > opened.length) return 'it is shorter than the index says';
  const bytes = partOf(opened, content);
  const isIt = idsOf.length === 0 || idsOf.some((idOf) => toHex(idOf(bytes)) === contentId);
  return isIt ? undefined : 'a content does not match its id';
}

function partOf(opened: Uint8Array, { offset, length }: Pick<ContentToOpen, 'offset' | 'length'>) {
  return opened.subarray(offset, offset + length);
}
