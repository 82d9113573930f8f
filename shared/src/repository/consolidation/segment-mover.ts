import { mustThaw, type StorageClass } from '../../storage-class/storage-class.ts';
import { damaged, isDamage } from '../damaged.ts';
import type { SegmentLocation, SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { PackSegment } from '../pack/pack-layout.ts';
import type { FrameContent, PackStream, SealedFrame } from '../pack/pack-stream.ts';
import { readFooter } from '../pack/read-footer.ts';
import type { SessionPacks } from '../session/session-packs.ts';

/** What is written. */
export interface TargetPacks {
  readonly storageClass: StorageClass;
  /** A pack is closed when it has as many. */
  readonly packBytes: number;
}

/** A live segment, and where it lies now. */
export interface LiveSegment {
  readonly segment: string;
  readonly place: SegmentPlace;
  readonly objectId: string;
}

/** A segment as its pack's footer describes it. */
interface KnownSegment {
  readonly identity: PackSegment;
  /** Per frame. */
  readonly contents: readonly (readonly FrameContent[])[];
}

/**
 * Writes segments again into full packs of one class, as they are: nothing is
 * opened, and ids, keys and frames stay. What cannot be read stays where it is.
 */
export class SegmentMover {
  readonly #context: OpenContext;
  readonly #packs: SessionPacks;
  readonly #target: TargetPacks;
  readonly #moved = new Map<string, SegmentLocation>();
  readonly #footers = new Map<string, ReadonlyMap<string, KnownSegment> | undefined>();
  #open: { readonly stream: PackStream; readonly segments: string[] } | undefined;

  constructor(context: OpenContext, packs: SessionPacks, target: TargetPacks) {
    this.#context = context;
    this.#packs = packs;
    this.#target = target;
  }

  /** @param packLength of the blob that holds it */
  async move({ segment, place }: LiveSegment, packLength: number): Promise<void> {
    const known = (await this.#segmentsOf(place.pack, packLength))?.get(segment);
    if (known === undefined) return;
    const frames = await this.#readFrames(known, place);
    if (frames === undefined) return;
    this.#open ??= { stream: await this.#packs.openPack(this.#target.storageClass), segments: [] };
    const { stream, segments } = this.#open;
    // The object that stored a shared segment may be gone: of this one's key a repair can make use.
    const { keyId, segmentKey, length } = place;
    const identity = { ...known.identity, keyId, segmentKey };
    let offset = 0;
    for (const frame of frames) offset = (await stream.append(identity, frame)).segmentOffset;
    segments.push(segment);
    this.#moved.set(segment, { pack: stream.name, offset, length, packLength: 0 });
    if (stream.length >= this.#target.packBytes) await this.#endPack();
  }

  /** Where everything lies now that was moved. */
  async finish(): Promise<ReadonlyMap<string, SegmentLocation>> {
    await this.#endPack();
    return this.#moved;
  }

  async abort(reason: unknown): Promise<void> {
    await this.#open?.stream.abort(reason);
  }

  async #endPack(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    const packLength = await this.#packs.finishPack(open.stream);
    if (mustThaw(this.#target.storageClass)) await this.#packs.putManifest(open.stream.footer());
    for (const segment of open.segments) {
      const place = this.#moved.get(segment);
      if (place !== undefined) this.#moved.set(segment, { ...place, packLength });
    }
  }

  /** Undefined: they are not there, or not as the footer says. */
  async #readFrames(known: KnownSegment, { pack, offset, length }: SegmentPlace) {
    try {
      const { bytes } = await this.#context.ports.store.get(pack, { offset, length });
      return framesOf(known, bytes);
    } catch (error) {
      return undefinedWhenDamaged(error);
    }
  }

  /** Undefined: the footer is damaged. Segments come pack by pack within an object. */
  async #segmentsOf(pack: string, length: number) {
    if (this.#footers.has(pack)) return this.#footers.get(pack);
    const segments = await this.#readFooter(pack, length).catch(undefinedWhenDamaged);
    this.#footers.set(pack, segments);
    const [oldest] = this.#footers.keys();
    if (this.#footers.size > footersMax && oldest !== undefined) this.#footers.delete(oldest);
    return segments;
  }

  async #readFooter(pack: string, length: number): Promise<ReadonlyMap<string, KnownSegment>> {
    const { ports, keys } = this.#context;
    const footer = await readFooter({ ...ports, footerKey: keys.derived.footers, pack, length });
    const contents = footer.segments.map(({ frames }) => frames.map((): FrameContent[] => []));
    for (const { segment, frame, ...content } of footer.contents) {
      contents[segment]?.[frame]?.push(content);
    }
    return new Map(
      footer.segments.map((identity, at) => [
        identity.id,
        { identity, contents: contents[at] ?? [] },
      ]),
    );
  }
}

const footersMax = 64;

function framesOf({ identity, contents }: KnownSegment, bytes: Uint8Array): SealedFrame[] {
  let at = 0;
  const frames = identity.frames.map((length, number): SealedFrame => {
    at += length;
    return { sealed: bytes.subarray(at - length, at), contents: contents[number] ?? [] };
  });
  if (at !== bytes.length) {
    throw damaged(`segment ${identity.id} has ${bytes.length} bytes, its frames ${at}`);
  }
  return frames;
}

function undefinedWhenDamaged(error: unknown): undefined {
  if (isDamage(error)) return undefined;
  throw error;
}
