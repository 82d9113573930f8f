import { toHex } from '../bytes.ts';
import type { ContentAddress } from '../index/address.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import type { SegmentLocation, SegmentPlace } from '../object/segment-place.ts';
import type { PackStream, SealedFrame } from '../pack/pack-stream.ts';
import type { RepositoryPorts } from '../ports.ts';
import { newSegment, type SegmentKey } from '../segment/segment-key.ts';
import { newSharedSegment, wrapSegmentKey } from '../segment/wrapped-key.ts';
import { HeldFrames } from './held-frames.ts';
import { hotPackBytes } from './hot-pack.ts';
import type { SessionPacks } from './session-packs.ts';
import type { SharedContentPlaces } from './shared-content-packs.ts';
import type { StoredSegment } from './shared-pack.ts';

export interface SegmentEvents {
  /** Where the contents of a frame lie in their segment. */
  readonly onFrame: (contents: readonly PlacedContents[]) => Promise<void>;
  /** A segment is in its pack, of which a shared one may still be open. */
  readonly onSegment: (segment: PlacedSegment) => Promise<void>;
}

export interface PlacedSegment {
  readonly id: string;
  /** For the object's table. */
  readonly place: SegmentPlace;
  readonly key: SegmentKey;
}

export interface SegmentWriterOptions extends SegmentEvents {
  readonly ports: RepositoryPorts;
  readonly packs: SessionPacks;
  /** Of the object. */
  readonly key: ObjectKey;
  /** Undefined: its contents are shared by objects. */
  readonly objectId: string | undefined;
}

export type PlacedContents = readonly [contentId: string, address: ContentAddress];

/** A frame's number is taken before it is sealed. */
export interface ReservedFrame {
  readonly segment: OpenSegment;
  readonly number: number;
  readonly plainBytes: number;
}

interface OpenSegment {
  readonly key: SegmentKey;
  readonly id: string;
  /** Wrapped under the object's key; undefined: it follows from that one. */
  readonly segmentKey: string | undefined;
  /** Numbers that are taken. */
  frames: number;
  /** Of the frames that are placed. */
  length: number;
  /** Plain bytes of frames that are not placed yet. */
  reservedBytes: number;
  /** Takes no more frames, and ends with the last one. */
  isFull: boolean;
  /** Placed, not in a pack yet: until there is enough for a pack of its own. */
  readonly held: HeldFrames;
  pack: { readonly stream: PackStream; offset: number } | undefined;
}

/** Less than this goes into a pack shared with other objects. */
const ownPackBytesMin = 1024 * 1024;
/** Other objects know of shared contents when their segment has ended: soon. */
const sharedSegmentBytes = 128 * 1024;

/**
 * Puts frames of one object into segments, and segments into packs. Frames are reserved one after the other, and placed in the same order;
 * between the two any number of them may be being sealed.
 */
export class SegmentWriter {
  readonly #options: SegmentWriterOptions;
  readonly #sharedContents: SharedContentPlaces;
  /** Takes new frames. */
  #open: OpenSegment | undefined;
  /** Of the frame that was placed last. */
  #placing: OpenSegment | undefined;
  /** The pack before is being stored while the next one is filled. */
  #ending: Promise<void> = Promise.resolve();

  constructor(options: SegmentWriterOptions) {
    this.#options = options;
    this.#sharedContents = options.packs.sharedContents.open();
  }

  async reserve(plainBytes: number): Promise<ReservedFrame> {
    const open = this.#open;
    const fullBytes = this.#isShared ? sharedSegmentBytes : hotPackBytes;
    if (open !== undefined && open.length + open.reservedBytes >= fullBytes) open.isFull = true;
    const segment = open === undefined || open.isFull ? await this.#newSegment() : open;
    this.#open = segment;
    segment.frames += 1;
    segment.reservedBytes += plainBytes;
    return { segment, number: segment.frames - 1, plainBytes };
  }

  /** @param frame its bytes may be used for something else afterwards */
  async place(reserved: ReservedFrame, frame: SealedFrame): Promise<void> {
    const { segment, number, plainBytes } = reserved;
    if (this.#placing !== segment) await this.#endPlacing();
    this.#placing = segment;
    const { length: frameLength } = frame.sealed;
    const place = { segment: segment.id, frame: number, frameOffset: segment.length, frameLength };
    segment.length += frameLength;
    segment.reservedBytes -= plainBytes;
    await this.#options.onFrame(
      frame.contents.map(({ contentId, offset, length }) => [
        contentId,
        { ...place, offset, length },
      ]),
    );
    await this.#append(segment, frame);
    if (this.#isShared && segment.length >= sharedSegmentBytes) segment.isFull = true;
    await this.#endIfComplete(segment);
  }

  /** Others want what was placed last: its segment ends as soon as it can. */
  async endEarly(): Promise<void> {
    const segment = this.#placing;
    if (segment === undefined) return;
    segment.isFull = true;
    await this.#endIfComplete(segment);
  }

  /** Everything is in packs, of which the shared one may still be open. */
  async finish(): Promise<void> {
    await this.#endPlacing();
    await this.#ending;
    await this.#sharedContents.end();
    this.#open = undefined;
  }

  /** What is in no finished pack becomes garbage. */
  async abort(reason: unknown): Promise<void> {
    await this.#placing?.pack?.stream.abort(reason);
    this.#placing?.held.letGo();
    await this.#ending.catch(() => undefined);
    // Whatever is wrong with a pack of others is told to them.
    await this.#sharedContents.end().catch(() => undefined);
  }

  async #newSegment(): Promise<OpenSegment> {
    const { ports, key: objectKey } = this.#options;
    const { compute, entropy } = ports;
    const isShared = this.#isShared;
    const key = isShared ? newSharedSegment(entropy) : await newSegment(ports, objectKey.key);
    const segmentKey = isShared ? await wrapSegmentKey(compute, objectKey.key, key) : undefined;
    const empty = { frames: 0, length: 0, reservedBytes: 0, isFull: false };
    const held = new HeldFrames(compute.batches);
    return { key, id: toHex(key.id), segmentKey, ...empty, held, pack: undefined };
  }

  async #append(segment: OpenSegment, frame: SealedFrame): Promise<void> {
    if (segment.pack !== undefined) {
      await segment.pack.stream.append(this.#identity(segment), frame);
      return;
    }
    segment.held.hold(frame);
    const isOwn = this.#options.objectId !== undefined;
    if (isOwn && segment.length >= ownPackBytesMin) await this.#openPack(segment);
  }

  async #openPack(segment: OpenSegment): Promise<void> {
    const stream = await this.#options.packs.openPack();
    const pack = { stream, offset: 0 };
    segment.pack = pack;
    for (const frame of segment.held.frames) {
      pack.offset = (await stream.append(this.#identity(segment), frame)).segmentOffset;
    }
    segment.held.letGo();
  }

  get #isShared(): boolean {
    return this.#options.objectId === undefined;
  }

  /** An object's own segment ends when the next one begins. */
  async #endIfComplete({ isFull, reservedBytes }: OpenSegment): Promise<void> {
    if (this.#isShared && isFull && reservedBytes === 0) await this.#endPlacing();
  }

  /** Ends the segment; what is reserved from here on lies in another one. */
  async #endPlacing(): Promise<void> {
    const segment = this.#placing;
    if (segment === undefined) return;
    this.#placing = undefined;
    if (this.#open === segment) this.#open = undefined;
    await this.#ending;
    this.#ending = this.#end(segment);
    // Told by the next call; until then nobody waits for it.
    this.#ending.catch(() => undefined);
  }

  async #end(segment: OpenSegment): Promise<void> {
    const { key: objectKey, onSegment } = this.#options;
    const { id, key, segmentKey } = segment;
    const location = await this.#store(segment);
    await onSegment({ id, key, place: { ...location, keyId: objectKey.id, segmentKey } });
  }

  async #store(segment: OpenSegment): Promise<SegmentLocation> {
    const { length, pack } = segment;
    if (pack === undefined) return { ...(await this.#storeHeld(segment)), length, packLength: 0 };
    const packLength = await this.#options.packs.finishPack(pack.stream);
    return { pack: pack.stream.name, offset: pack.offset, length, packLength };
  }

  /** With others in a pack. */
  async #storeHeld(segment: OpenSegment): Promise<StoredSegment> {
    const { packs } = this.#options;
    const { held } = segment;
    const identity = this.#identity(segment);
    try {
      if (this.#isShared) return await this.#sharedContents.store(identity, held.frames);
      return await packs.storeTail(identity, held.frames);
    } finally {
      held.letGo();
    }
  }

  #identity({ id, segmentKey }: OpenSegment) {
    const { key, objectId = '' } = this.#options;
    return { id, kind: 'data', keyId: key.id, segmentKey, objectId } as const;
  }
}
