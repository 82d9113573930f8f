import { toHex } from '../bytes.ts';
import type { PackStream } from '../pack/pack-stream.ts';
import type { Compute } from '../ports.ts';
import { frameGroups } from '../segment/frame-groups.ts';
import type { SegmentKey } from '../segment/segment-key.ts';
import { ContentBatch, placedIn, type StoringContent } from '../session/content-batch.ts';
import type { PlannedTarget, RepackedSegment } from './plan-codec.ts';

export interface TargetSegmentOptions {
  readonly compute: Compute;
  readonly pack: PackStream;
  readonly target: PlannedTarget;
  readonly segment: SegmentKey;
}

/** Seals contents, in the order given, as frames of one segment of a pack: a batch at a time. */
export class TargetSegment {
  readonly #options: TargetSegmentOptions;
  readonly #frames: number[] = [];
  readonly #counts: number[] = [];
  #batch: ContentBatch | undefined;
  #offset = 0;

  constructor(options: TargetSegmentOptions) {
    this.#options = options;
  }

  /** Copies the content. */
  async add(contentId: string, bytes: Uint8Array): Promise<void> {
    if (this.#batch?.hasRoom(bytes.length) === false) await this.#seal();
    this.#batch ??= new ContentBatch(this.#options.compute.batches, bytes.length);
    this.#batch.add(bytes).contentId = contentId;
  }

  /** Undefined: nothing was added. */
  async finish(): Promise<Omit<RepackedSegment, 'target'> | undefined> {
    await this.#seal();
    if (this.#frames.length === 0) return undefined;
    const id = toHex(this.#options.segment.id);
    return { id, offset: this.#offset, frames: this.#frames, contents: this.#counts };
  }

  async #seal(): Promise<void> {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    const { compute, segment } = this.#options;
    const { workspace, roomStart } = batch;
    // The plan's contents are matched with frames by their order.
    const groups = frameGroups(batch.contents, { inOrder: true });
    const first = this.#frames.length;
    const frames = groups.map(
      (contents, at) => ({ segment, number: first + at, kind: 'data', contents }) as const,
    );
    try {
      const sealed = await compute.batches.sealFrames(workspace, frames, roomStart);
      for (const [at, contents] of groups.entries()) await this.#append(sealed[at], contents);
    } finally {
      workspace.release();
    }
  }

  async #append(sealed: Uint8Array | undefined, contents: readonly StoringContent[]) {
    if (sealed === undefined) throw new RangeError('a frame was not sealed');
    const { pack, segment, target } = this.#options;
    const { keyId, objectId } = target;
    const identity = { id: toHex(segment.id), kind: 'data', keyId, objectId } as const;
    const { segmentOffset } = await pack.append(identity, { sealed, contents: placedIn(contents) });
    this.#offset = segmentOffset;
    this.#frames.push(sealed.length);
    this.#counts.push(contents.length);
  }
}
