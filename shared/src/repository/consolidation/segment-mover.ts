import { mustThaw, type StorageClass } from '../../storage-class/storage-class.ts';
import { sum } from '../bytes.ts';
import { undefinedWhenDamaged } from '../damaged.ts';
import type { SegmentLocation, SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { PackSegment } from '../pack/pack-layout.ts';
import type { FrameContent, PackStream, SealedFrame } from '../pack/pack-stream.ts';
import { readFooter } from '../pack/read-footer.ts';
import type { SessionPacks } from '../session/session-packs.ts';

/** What is written. */
export interface TargetPacks {
  /** Default: packs. */
  readonly kind?: 'packs' | 'tails';
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
    if (known === undefined || !isWithin(known, place, packLength)) return;
    const frames = this.#framesOf(known, place);
    const first = await frames.next().catch(undefinedWhenDamaged);
    if (first === undefined || first.done === true) return;
    const { storageClass, kind } = this.#target;
    this.#open ??= { stream: await this.#packs.openPack(storageClass, kind), segments: [] };
    const { stream, segments } = this.#open;
    // The object that stored a shared segment may be gone: of this one's key a repair can make use.
    const { keyId, segmentKey, length } = place;
    const identity = { ...known.identity, keyId, segmentKey };
    const { segmentOffset: offset } = await stream.append(identity, first.value);
    for await (const frame of frames) await stream.append(identity, frame);
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

  /** Read in pieces: what cannot be read behind the first one has vanished meanwhile, and is an error. */
  async *#framesOf(
    { identity, contents }: KnownSegment,
    { pack, offset }: SegmentPlace,
  ): AsyncGenerator<SealedFrame> {
    let number = 0;
    let from = offset;
    for (const lengths of piecesOf(identity.frames)) {
      const range = { offset: from, length: sum(lengths) };
      const { bytes } = await this.#context.ports.store.get(pack, range);
      let at = 0;
      for (const length of lengths) {
        yield { sealed: bytes.subarray(at, at + length), contents: contents[number] ?? [] };
        number += 1;
        at += length;
      }
      from += range.length;
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
/** So much of a segment is held at once, unless one frame has more. */
const pieceBytesMax = 4 * 1024 * 1024;

/** By what the footer and the row say: it lies in the pack whole. */
function isWithin({ identity }: KnownSegment, place: SegmentPlace, packLength: number): boolean {
  const { offset, length } = place;
  return sum(identity.frames) === length && offset + length <= packLength;
}

/** Lengths of frames that are read together. */
function* piecesOf(frames: readonly number[]): Generator<readonly number[]> {
  let piece: number[] = [];
  let bytes = 0;
  for (const length of frames) {
    if (bytes + length > pieceBytesMax && piece.length > 0) {
      yield piece;
      piece = [];
      bytes = 0;
    }
    piece.push(length);
    bytes += length;
  }
  if (piece.length > 0) yield piece;
}
