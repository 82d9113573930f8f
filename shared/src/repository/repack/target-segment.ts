import { toHex } from '../bytes.ts';
import type { FrameContent, PackStream } from '../pack/pack-stream.ts';
import type { Compute } from '../ports.ts';
import { sealFrame } from '../segment/frame.ts';
import { sharedFrameBytes } from '../segment/frame-groups.ts';
import type { SegmentKey } from '../segment/segment-key.ts';
import type { PlannedTarget, RepackedSegment } from './plan-codec.ts';

export interface TargetSegmentOptions {
  readonly compute: Compute;
  readonly pack: PackStream;
  readonly target: PlannedTarget;
  readonly segment: SegmentKey;
}

/** Seals contents, in the order given, as frames of one segment of a pack. */
export class TargetSegment {
  readonly #options: TargetSegmentOptions;
  readonly #frames: number[] = [];
  readonly #counts: number[] = [];
  #pending: (readonly [string, Uint8Array])[] = [];
  #pendingBytes = 0;
  #offset = 0;

  constructor(options: TargetSegmentOptions) {
    this.#options = options;
  }

  /** @param bytes not changed before the next seal or finish */
  async add(contentId: string, bytes: Uint8Array): Promise<void> {
    if (this.#pendingBytes + bytes.length > sharedFrameBytes) await this.seal();
    this.#pending.push([contentId, bytes]);
    this.#pendingBytes += bytes.length;
  }

  /** Undefined: nothing was added. */
  async finish(): Promise<Omit<RepackedSegment, 'target'> | undefined> {
    await this.seal();
    if (this.#frames.length === 0) return undefined;
    const id = toHex(this.#options.segment.id);
    return { id, offset: this.#offset, frames: this.#frames, contents: this.#counts };
  }

  /** Ends the frame that is being filled. */
  async seal(): Promise<void> {
    if (this.#pending.length === 0) return;
    const { compute, pack, segment, target } = this.#options;
    const place = { segment, number: this.#frames.length, kind: 'data' } as const;
    const content = Buffer.concat(this.#pending.map(([, bytes]) => bytes));
    const sealed = await sealFrame(compute, place, content);
    const { keyId, objectId } = target;
    const identity = { id: toHex(segment.id), kind: 'data', keyId, objectId } as const;
    const frame = { sealed, contents: placedIn(this.#pending) };
    this.#offset = (await pack.append(identity, frame)).segmentOffset;
    this.#frames.push(sealed.length);
    this.#counts.push(this.#pending.length);
    this.#pending = [];
    this.#pendingBytes = 0;
  }
}

function placedIn(contents: readonly (readonly [string, Uint8Array])[]): FrameContent[] {
  let offset = 0;
  return contents.map(([contentId, { length }]) => {
    offset += length;
    return { contentId, offset: offset - length, length };
  });
}
