import type { Stretch } from '../batch-compute.ts';
import { toHex } from '../bytes.ts';
import type { FrameContent, PackStream } from '../pack/pack-stream.ts';
import type { Compute } from '../ports.ts';
import { frameGroups } from '../segment/frame-groups.ts';
import type { SegmentKey } from '../segment/segment-key.ts';
import { ContentBatch, placedIn, type StoringContent } from '../session/content-batch.ts';
import type { PlannedContent, PlannedTarget, RepackedSegment } from './plan-codec.ts';

export interface TargetSegmentOptions {
  readonly compute: Compute;
  readonly pack: PackStream;
  readonly target: PlannedTarget;
  readonly segment: SegmentKey;
}

/** What becomes of a batch: contents that share frames, or a frame that is one already. */
type Piece = { readonly storing: StoringContent } | { readonly frame: EncodedPiece };

interface EncodedPiece {
  readonly encoded: Stretch;
  readonly contents: readonly PlannedContent[];
}

interface NewFrame {
  readonly toSeal: { readonly contents: readonly Stretch[] } | { readonly encoded: Stretch };
  readonly contents: readonly FrameContent[];
}

/**
 * Seals contents, in the order given, as frames of one segment of a pack: a batch at a time. Whole
 * frames are sealed as they are.
 */
export class TargetSegment {
  readonly #options: TargetSegmentOptions;
  readonly #frames: number[] = [];
  readonly #counts: number[] = [];
  #batch: ContentBatch | undefined;
  #pieces: Piece[] = [];
  #offset = 0;

  constructor(options: TargetSegmentOptions) {
    this.#options = options;
  }

  /** Copies the content. */
  async add(contentId: string, bytes: Uint8Array): Promise<void> {
    const storing = await this.#store(bytes);
    storing.contentId = contentId;
    this.#pieces.push({ storing });
  }

  /** Copies the frame. @param contents all that it holds, in order */
  async addFrame(encoded: Uint8Array, contents: readonly PlannedContent[]): Promise<void> {
    const { start, length } = await this.#store(encoded);
    this.#pieces.push({ frame: { encoded: { start, length }, contents } });
  }

  /** Undefined: nothing was added. */
  async finish(): Promise<Omit<RepackedSegment, 'target'> | undefined> {
    await this.#seal();
    if (this.#frames.length === 0) return undefined;
    const id = toHex(this.#options.segment.id);
    return { id, offset: this.#offset, frames: this.#frames, contents: this.#counts };
  }

  async #store(bytes: Uint8Array): Promise<StoringContent> {
    if (this.#batch?.hasRoom(bytes.length) === false) await this.#seal();
    this.#batch ??= new ContentBatch(this.#options.compute.batches, bytes.length);
    return this.#batch.add(bytes);
  }

  async #seal(): Promise<void> {
    const batch = this.#batch;
    if (batch === undefined) return;
    const frames = framesOf(this.#pieces);
    this.#batch = undefined;
    this.#pieces = [];
    const { compute, segment } = this.#options;
    const { workspace, roomStart } = batch;
    const first = this.#frames.length;
    const toSeal = frames.map(({ toSeal: content }, at) => {
      return { segment, number: first + at, kind: 'data', ...content } as const;
    });
    try {
      const sealed = await compute.batches.sealFrames(workspace, toSeal, roomStart);
      for (const [at, { contents }] of frames.entries()) await this.#append(sealed[at], contents);
    } finally {
      workspace.release();
    }
  }

  async #append(sealed: Uint8Array | undefined, contents: readonly FrameContent[]) {
    if (sealed === undefined) throw new RangeError('a frame was not sealed');
    const { pack, segment, target } = this.#options;
    const { keyId, objectId } = target;
    const identity = { id: toHex(segment.id), kind: 'data', keyId, objectId } as const;
    const { segmentOffset } = await pack.append(identity, { sealed, contents });
    this.#offset = segmentOffset;
    this.#frames.push(sealed.length);
    this.#counts.push(contents.length);
  }
}

function framesOf(pieces: readonly Piece[]): NewFrame[] {
  const frames: NewFrame[] = [];
  let loose: StoringContent[] = [];
  const group = () => {
    // The plan's contents are matched with frames by their order.
    for (const contents of frameGroups(loose, { inOrder: true }))
      frames.push({ toSeal: { contents }, contents: placedIn(contents) });
    loose = [];
  };
  for (const piece of pieces) {
    if ('storing' in piece) {
      loose.push(piece.storing);
      continue;
    }
    group();
    const { encoded, contents } = piece.frame;
    frames.push({ toSeal: { encoded }, contents });
  }
  group();
  return frames;
}
