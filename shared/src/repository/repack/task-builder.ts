import type { StorageClass } from '../../storage-class/storage-class.ts';
import { toHex } from '../bytes.ts';
import type { ContentAddress } from '../index/address.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import type { OpenContext } from '../open-context.ts';
import { frameId } from '../read/placed-content.ts';
import { sharedFrameBytes } from '../segment/frame-groups.ts';
import { newPrefixKey } from '../segment/segment-key.ts';
import { openSegmentKey } from '../segment/wrapped-key.ts';
import type { NeededContent } from './object-plan.ts';
import type {
  PlannedContent,
  PlannedFrame,
  PlannedSource,
  PlannedTarget,
  RepackPlan,
} from './plan-codec.ts';

export interface TaskBuilderOptions {
  readonly source: OpenContext;
  readonly target: OpenContext;
}

/** Where the pack goes. */
export interface TargetPack {
  /** Of its name, up to the random part. */
  readonly namePrefix: string;
  readonly storageClass: StorageClass;
}

/** Of a pack of very small contents, before its bytes are enough: what a plan takes is held in memory. */
export const contentsMax = 500_000;
/** A segment ends here: it is moved as a whole, and read as a whole when it is. */
const segmentBytesMax = 8 * 1024 * 1024;

/** Whose contents are added. */
export interface TargetObject {
  readonly objectId: string;
  /** Of the target. */
  readonly key: ObjectKey;
  /** Repository whose secret makes the content ids. */
  readonly contentIds: string;
}

/** And the item that it is of. */
type ItemContent = PlannedContent & { readonly itemId: string };

type OpenTarget = PlannedTarget & { contents: number; sealedBytes: number };

/** Gathers the contents of one target pack. */
export class TaskBuilder {
  readonly #options: TaskBuilderOptions;
  readonly #sources = new Map<string, { readonly at: number; readonly source: PlannedSource }>();
  readonly #frames = new Map<string, { readonly at: number; readonly frame: PlannedFrame }>();
  readonly #targets: OpenTarget[] = [];
  readonly #contents: ItemContent[] = [];
  #sealedBytes = 0;
  #bytes = 0;

  constructor(options: TaskBuilderOptions) {
    this.#options = options;
  }

  /** About what the pack will have: what its contents take in the source. */
  get sealedBytes(): number {
    return this.#sealedBytes;
  }

  /** Before compression. */
  get bytes(): number {
    return this.#bytes;
  }

  get contents(): number {
    return this.#contents.length;
  }

  /** Once built: item of each content of the plan, for naming what is damaged. */
  get itemIds(): readonly string[] {
    return this.#contents.map(({ itemId }) => itemId);
  }

  get objectIds(): readonly string[] {
    return [...new Set(this.#targets.map(({ objectId }) => objectId))];
  }

  async add(object: TargetObject, needed: NeededContent): Promise<void> {
    const target = await this.#target(object);
    const { address } = needed.placed;
    const { offset, length } = address;
    const frame = await this.#frame(needed);
    const { contentId, itemId } = needed;
    this.#contents.push({ contentId, frame, offset, length, itemId });
    target.contents += 1;
    this.#bytes += length;
    const sealedBytes = sealedShare(address);
    target.sealedBytes += sealedBytes;
    this.#sealedBytes += sealedBytes;
  }

  async build({ namePrefix, storageClass }: TargetPack): Promise<RepackPlan> {
    this.#sortBySource();
    const { target } = this.#options;
    const footer = await newPrefixKey(target.ports, target.keys.derived.footers);
    const footerIdPrefix = toHex(footer.idPrefix);
    return {
      pack: { namePrefix, storageClass, footerIdPrefix, footerKey: toHex(footer.key) },
      sources: [...this.#sources.values()].map(({ source }) => source),
      frames: [...this.#frames.values()].map(({ frame }) => frame),
      targets: this.#targets.map(({ sealedBytes: _, ...target }) => target),
      contents: this.#contents.map(({ itemId: _, ...content }) => content),
    };
  }

  /**
   * Within each segment the contents come as they lie in the source, so that frames stay together
   * and can pass as they are. Which segment they are in, and with it the pack, is decided by date.
   */
  #sortBySource(): void {
    const frames = [...this.#frames.values()].map(({ frame }) => frame);
    const sources = [...this.#sources.values()].map(({ source }) => source);
    const ranks = ranksOf(frames, sources);
    let first = 0;
    for (const { contents } of this.#targets) {
      const part = this.#contents.slice(first, first + contents);
      part.sort((a, b) => (ranks[a.frame] ?? 0) - (ranks[b.frame] ?? 0) || a.offset - b.offset);
      for (const content of part) this.#contents[first++] = content;
    }
  }

  async #target({ objectId, key, contentIds }: TargetObject): Promise<OpenTarget> {
    const last = this.#targets.at(-1);
    const isSame = last?.objectId === objectId && last.keyId === key.id;
    if (isSame && last.sealedBytes < segmentBytesMax) return last;
    const { source, target: to } = this.#options;
    const contentIdSecret = toHex(await source.keys.contentIdSecret(contentIds));
    const prefix = await newPrefixKey(to.ports, key.key);
    const idPrefix = toHex(prefix.idPrefix);
    const keys = { keyId: key.id, idPrefix, key: toHex(prefix.key) };
    const target = { objectId, ...keys, contentIdSecret, contents: 0, sealedBytes: 0 };
    this.#targets.push(target);
    return target;
  }

  async #frame({ placed }: NeededContent): Promise<number> {
    const id = frameId(placed);
    const known = this.#frames.get(id);
    if (known !== undefined) return known.at;
    const { frame, frameOffset, frameLength } = placed.address;
    const source = await this.#source(placed);
    const at = this.#frames.size;
    const planned = { source, frame, offset: frameOffset, length: frameLength };
    this.#frames.set(id, { at, frame: planned });
    return at;
  }

  async #source({ address, place }: NeededContent['placed']): Promise<number> {
    const known = this.#sources.get(address.segment);
    if (known !== undefined) return known.at;
    const { ports, keys } = this.#options.source;
    const { pack, offset, keyId, segmentKey } = place;
    const objectKey = await keys.objectKey(keyId);
    const segment = { id: address.segment, segmentKey };
    const { key } = await openSegmentKey(ports.compute, objectKey, segment);
    const at = this.#sources.size;
    const source = { segment: address.segment, pack, offset, key: toHex(key) };
    this.#sources.set(address.segment, { at, source });
    return at;
  }
}

/** Of each frame, its position in the order of packs and of bytes in them. */
function ranksOf(
  frames: readonly PlannedFrame[],
  sources: readonly PlannedSource[],
): readonly number[] {
  const placeOf = ({ source, offset }: PlannedFrame) => {
    const { pack = '', offset: begin = 0 } = sources[source] ?? {};
    return { pack, start: begin + offset };
  };
  const places = frames.map((frame, at) => ({ ...placeOf(frame), at }));
  places.sort((a, b) => (a.pack === b.pack ? a.start - b.start : a.pack < b.pack ? -1 : 1));
  const ranks = new Array<number>(frames.length);
  for (const [rank, { at }] of places.entries()) ranks[at] = rank;
  return ranks;
}

/** What a content takes of its sealed frame, which it may share with others. */
export function sealedShare({ length, frameLength }: ContentAddress): number {
  if (length > sharedFrameBytes) return frameLength;
  return Math.min(length, (length * frameLength) / sharedFrameBytes);
}
