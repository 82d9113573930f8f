import { concatBytes, toHex } from '../bytes.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import type { ObjectDraft } from '../object/object-draft.ts';
import type { FrameContent, PackStream, SealedFrame } from '../pack/pack-stream.ts';
import type { RepositoryPorts } from '../ports.ts';
import { sealFrame } from '../segment/frame.ts';
import { newSegment, type SegmentKey } from '../segment/segment-key.ts';
import { hotPackBytes, type SessionPacks } from './session-packs.ts';

export interface ContentWriterOptions {
  readonly ports: RepositoryPorts;
  readonly packs: SessionPacks;
  readonly draft: ObjectDraft;
  readonly objectId: string;
  readonly key: ObjectKey;
  readonly contentIdSecret: Uint8Array;
}

/** Contents up to this size share frames of at most this size. */
export const sharedFrameBytes = 128 * 1024;
/** Less than this goes into a pack shared with other objects. */
const ownPackBytesMin = 1024 * 1024;

interface OpenSegment {
  readonly key: SegmentKey;
  readonly id: string;
  frames: number;
  length: number;
  /** Sealed, not in a pack yet: until the object has enough for a pack of its own. */
  readonly held: SealedFrame[];
  pack: { readonly stream: PackStream; offset: number } | undefined;
}

/**
 * Stores contents of one object: known ones once, small ones together in
 * frames, frames in segments, segments in packs.
 */
export class ContentWriter {
  readonly #options: ContentWriterOptions;
  readonly #pending = new Map<string, Uint8Array>();
  #pendingBytes = 0;
  #segment: OpenSegment | undefined;

  constructor(options: ContentWriterOptions) {
    this.#options = options;
  }

  /** @returns the content's id, hex, and whether it was stored by this call */
  async add(content: Uint8Array): Promise<{ readonly contentId: string; readonly isNew: boolean }> {
    const { ports, contentIdSecret, draft } = this.#options;
    const contentId = toHex(await ports.compute.hmacSha256(contentIdSecret, [content]));
    const isKnown = this.#pending.has(contentId) || (await draft.knownAddress(contentId));
    if (isKnown) return { contentId, isNew: false };
    if (content.length > sharedFrameBytes) {
      await this.#storeFrame([[contentId, content]]);
      return { contentId, isNew: true };
    }
    if (this.#pendingBytes + content.length > sharedFrameBytes) await this.#storePending();
    // The caller may use its bytes for the next item.
    this.#pending.set(contentId, Uint8Array.from(content));
    this.#pendingBytes += content.length;
    return { contentId, isNew: true };
  }

  /** Everything is in packs, of which the shared one may still be open. */
  async finish(): Promise<void> {
    await this.#storePending();
    await this.#endSegment();
  }

  async abandon(reason: unknown): Promise<void> {
    this.#pending.clear();
    await this.#segment?.pack?.stream.abort(reason);
    this.#segment = undefined;
  }

  async #storePending(): Promise<void> {
    if (this.#pending.size === 0) return;
    await this.#storeFrame([...this.#pending]);
    this.#pending.clear();
    this.#pendingBytes = 0;
  }

  async #storeFrame(contents: readonly (readonly [string, Uint8Array])[]): Promise<void> {
    const segment = await this.#openSegment();
    const bytes = concatBytes(contents.map(([, content]) => content));
    const place = { segment: segment.key, number: segment.frames, kind: 'data' } as const;
    const sealed = await sealFrame(this.#options.ports.compute, place, bytes);
    let offset = 0;
    const placed: FrameContent[] = [];
    for (const [contentId, { length }] of contents) {
      placed.push({ contentId, offset, length });
      offset += length;
    }
    await this.#index(segment, sealed.length, placed);
    segment.frames += 1;
    segment.length += sealed.length;
    await this.#place(segment, { sealed, contents: placed });
  }

  async #index(
    segment: OpenSegment,
    frameLength: number,
    contents: readonly FrameContent[],
  ): Promise<void> {
    const place = {
      segment: segment.id,
      frame: segment.frames,
      frameOffset: segment.length,
      frameLength,
    };
    for (const { contentId, offset, length } of contents) {
      await this.#options.draft.putAddress(contentId, { ...place, offset, length });
    }
  }

  async #openSegment(): Promise<OpenSegment> {
    if (this.#segment === undefined) {
      const key = await newSegment(this.#options.ports, this.#options.key.key);
      const empty = { frames: 0, length: 0, held: [], pack: undefined };
      this.#segment = { key, id: toHex(key.id), ...empty };
    }
    return this.#segment;
  }

  async #place(segment: OpenSegment, frame: SealedFrame): Promise<void> {
    if (segment.pack === undefined) {
      segment.held.push(frame);
      if (segment.length >= ownPackBytesMin) await this.#openPack(segment);
      return;
    }
    await segment.pack.stream.append(this.#identity(segment), frame);
    if (segment.pack.stream.length >= hotPackBytes) await this.#endSegment();
  }

  async #openPack(segment: OpenSegment): Promise<void> {
    const stream = await this.#options.packs.openPack();
    const pack = { stream, offset: 0 };
    segment.pack = pack;
    for (const held of segment.held.splice(0)) {
      pack.offset = (await stream.append(this.#identity(segment), held)).segmentOffset;
    }
  }

  async #endSegment(): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    const { packs, draft, key } = this.#options;
    const { id, length, held, pack } = segment;
    if (pack === undefined) {
      const stored = await packs.storeShared(this.#identity(segment), held);
      draft.putPlace(id, { ...stored, length, keyId: key.id, packLength: 0 });
      return;
    }
    const packLength = await packs.finishPack(pack.stream);
    const { name } = pack.stream;
    draft.putPlace(id, { pack: name, offset: pack.offset, length, keyId: key.id, packLength });
  }

  #identity({ id }: OpenSegment) {
    const { key, objectId } = this.#options;
    return { id, kind: 'data', keyId: key.id, objectId } as const;
  }
}
