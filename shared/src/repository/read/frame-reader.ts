import { damaged, isDamage, naming } from '../damaged.ts';
import type { ContentAddress } from '../index/address.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { Compute } from '../ports.ts';
import { openFrame } from '../segment/frame.ts';
import { sharedFrameBytes } from '../segment/frame-groups.ts';
import type { SegmentKey } from '../segment/segment-key.ts';
import { openBatch, type SealedDataFrame } from './open-batch.ts';
import type { PackFetcher } from './pack-fetcher.ts';

export interface FrameReaderOptions {
  readonly compute: Compute;
  readonly packs: PackFetcher;
  /** Asked once per segment, as long as it is in use. */
  readonly segmentKeyOf: (content: PlacedContent) => Promise<SegmentKey>;
  /** Asked when a content cannot be read: consolidation may have moved its segment meanwhile. */
  readonly placeAgain?: (content: PlacedContent) => Promise<PlacedContent>;
  /** Told where a content cannot be read, before that is thrown. */
  readonly onDamaged?: (place: SegmentPlace) => Promise<void>;
}

/** A content, and the place of its segment. */
export interface PlacedContent {
  readonly address: ContentAddress;
  readonly place: SegmentPlace;
}

const fetchBytesMax = 2 * 1024 * 1024;
/** Rather read over a gap than ask again: a request costs more. */
const gapBytesMax = 64 * 1024;
/** Opened frames that are kept. */
const openedBytesMax = 3 * 1024 * 1024;
/** Frames that are opened in one go: enough to be handed to another thread. */
const batchBytesMin = 256 * 1024;
const batchBytesMax = 1024 * 1024;
const batchFramesMax = 64;
const segmentKeysMax = 64;

/**
 * Fetches and opens frames of one object. Told beforehand in which order it
 * will be asked, it fetches neighbours in one request. Holds at most 2 MiB of
 * sealed and 3 MiB of opened frames, and the frame read last.
 */
export class FrameReader {
  readonly #options: FrameReaderOptions;
  readonly #opened = new Map<string, Uint8Array>();
  readonly #segmentKeys = new Map<string, Promise<SegmentKey>>();
  #openedBytes = 0;
  #fetched: ReadonlyMap<string, Uint8Array> = new Map();
  #plan: readonly PlacedContent[] = [];
  #planned = new Map<string, number>();

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  /** @param contents in the order in which they will be read; frames may repeat */
  plan(contents: readonly PlacedContent[]): void {
    const frames = new Map(contents.map((content) => [frameId(content), content] as const));
    this.#plan = [...frames.values()].sort(byPlace);
    this.#planned = new Map(this.#plan.map((content, at) => [frameId(content), at]));
  }

  /**
   * E_REPOSITORY_DAMAGED with the pack and the object; E_BLOB_ARCHIVED.
   * @param objectId whose content it is: for the message of an error
   */
  async read(content: PlacedContent, objectId: string): Promise<Uint8Array> {
    try {
      return await this.#read(content, objectId);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const again = await this.#options.placeAgain?.(content);
      if (again === undefined || again.place.pack === content.place.pack) throw error;
      return this.#read(again, objectId);
    }
  }

  async #read(content: PlacedContent, objectId: string): Promise<Uint8Array> {
    const { address, place } = content;
    const { pack } = place;
    const what = `frame ${address.frame} of ${objectId} in ${pack}`;
    try {
      return await naming(what, { pack, objectId }, () => this.#slice(content));
    } catch (error) {
      if (isDamage(error)) await this.#options.onDamaged?.(place);
      throw error;
    }
  }

  async #slice(content: PlacedContent): Promise<Uint8Array> {
    const { offset, length } = content.address;
    const frame = await this.#open(content);
    const end = offset + length;
    if (end > frame.length) throw damaged('it is shorter than the index says');
    return frame.subarray(offset, end);
  }

  async #open(content: PlacedContent): Promise<Uint8Array> {
    const id = frameId(content);
    const known = this.#opened.get(id);
    if (known !== undefined) return known;
    const sealed = await this.#sealed(content);
    await this.#openAhead(content, sealed);
    const opened = this.#opened.get(id);
    if (opened !== undefined) return opened;
    // Alone, or damaged: opened once more, it says what is wrong.
    const { address } = content;
    const segment = await this.#segmentKey(content);
    const placeOfFrame = { segment, number: address.frame, kind: 'data' } as const;
    const frame = await openFrame(this.#options.compute, placeOfFrame, sealed);
    this.#keep(id, frame);
    return frame;
  }

  /** Opens the frame and those behind it that were fetched, if that is enough for a batch. */
  async #openAhead(content: PlacedContent, firstSealed: Uint8Array): Promise<void> {
    const frames: SealedDataFrame[] = [];
    const first = this.#planned.get(frameId(content)) ?? this.#plan.length;
    const behind = this.#plan.slice(first + 1, first + batchFramesMax);
    let bytes = 0;
    for (const next of [content, ...behind]) {
      const id = frameId(next);
      const sealed = next === content ? firstSealed : this.#fetched.get(id);
      const bytesMax = frameBytesAtMost(next);
      if (sealed === undefined || (bytes > 0 && bytes + bytesMax > batchBytesMax)) break;
      const segment = await this.#segmentKey(next).catch(undefinedWhenDamaged);
      if (segment === undefined || this.#opened.has(id)) continue;
      frames.push({ id, segment, number: next.address.frame, sealed, bytesMax });
      bytes += bytesMax;
    }
    if (bytes < batchBytesMin) return;
    const opened = await openBatch(this.#options.compute.batches, frames);
    for (const [id, frame] of opened) this.#keep(id, frame);
  }

  async #sealed(content: PlacedContent): Promise<Uint8Array> {
    const id = frameId(content);
    const known = this.#fetched.get(id);
    if (known !== undefined) return known;
    const run = this.#neighbours(content);
    if (run.length === 1) return this.#fetchOne(content);
    try {
      await this.#fetchRun(run);
    } catch (error) {
      // The run may reach into what is missing, while this frame is there.
      if (!isDamage(error)) throw error;
    }
    return this.#fetched.get(id) ?? this.#fetchOne(content);
  }

  async #fetchOne({ address, place }: PlacedContent): Promise<Uint8Array> {
    const offset = place.offset + address.frameOffset;
    const range = { offset, length: address.frameLength };
    return (await this.#options.packs.get(place.pack, range)).bytes;
  }

  async #fetchRun(run: readonly PlacedContent[]): Promise<void> {
    const [first] = run;
    const last = run.at(-1);
    if (first === undefined || last === undefined) return;
    const offset = startOf(first);
    const length = startOf(last) + last.address.frameLength - offset;
    const { bytes } = await this.#options.packs.get(first.place.pack, { offset, length });
    const frames = run.map((content): [string, Uint8Array] => {
      const at = startOf(content) - offset;
      return [frameId(content), bytes.subarray(at, at + content.address.frameLength)];
    });
    this.#fetched = new Map(frames);
  }

  /** The frame, and planned ones that follow it closely in the same pack. */
  #neighbours(content: PlacedContent): readonly PlacedContent[] {
    const at = this.#planned.get(frameId(content));
    if (at === undefined) return [content];
    const run = [content];
    const start = startOf(content);
    let end = start + content.address.frameLength;
    for (const next of this.#plan.slice(at + 1, at + 1 + 1024)) {
      const nextStart = startOf(next);
      const nextEnd = nextStart + next.address.frameLength;
      const isNear = next.place.pack === content.place.pack && nextStart - end <= gapBytesMax;
      if (!isNear || nextEnd - start > fetchBytesMax) break;
      run.push(next);
      end = nextEnd;
    }
    return run;
  }

  #keep(id: string, frame: Uint8Array): void {
    this.#opened.set(id, frame);
    this.#openedBytes += frame.length;
    for (const [oldest, bytes] of this.#opened) {
      if (this.#openedBytes <= openedBytesMax || oldest === id) return;
      this.#opened.delete(oldest);
      this.#openedBytes -= bytes.length;
    }
  }

  #segmentKey(content: PlacedContent): Promise<SegmentKey> {
    const { segment } = content.address;
    const known = this.#segmentKeys.get(segment);
    if (known !== undefined) return known;
    const asked = this.#options.segmentKeyOf(content);
    this.#segmentKeys.set(segment, asked);
    asked.catch(() => this.#segmentKeys.delete(segment));
    const [oldest] = this.#segmentKeys.keys();
    if (this.#segmentKeys.size > segmentKeysMax && oldest !== undefined) {
      this.#segmentKeys.delete(oldest);
    }
    return asked;
  }
}

/** In the order of packs, and of bytes within a pack. */
export function byPlace(a: PlacedContent, b: PlacedContent): number {
  if (a.place.pack !== b.place.pack) return a.place.pack < b.place.pack ? -1 : 1;
  return startOf(a) - startOf(b) || a.address.offset - b.address.offset;
}

/** A content that no frame is shared with has one of its own. */
function frameBytesAtMost({ address: { offset, length } }: PlacedContent): number {
  return Math.max(sharedFrameBytes, offset + length);
}

function undefinedWhenDamaged(error: unknown): undefined {
  if (isDamage(error)) return undefined;
  throw error;
}

/** Names a frame within its object. */
export function frameId({ address }: PlacedContent): string {
  return `${address.segment}/${address.frame}`;
}

function startOf({ address, place }: PlacedContent): number {
  return place.offset + address.frameOffset;
}
