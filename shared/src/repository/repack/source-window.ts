import { discard } from '../../memory/discard.ts';
import { ahead } from '../ahead.ts';
import { fromHex } from '../bytes.ts';
import { isDamage } from '../damaged.ts';
import type { BlobStore, Compute } from '../ports.ts';
import type { FrameAccess } from '../read/frame-access.ts';
import { FrameReader } from '../read/frame-reader.ts';
import { loadContents } from '../read/load-contents.ts';
import { PackFetcher } from '../read/pack-fetcher.ts';
import { byPlace, type NamedContent } from '../read/placed-content.ts';
import { SegmentKeys } from '../read/segment-keys.ts';
import type { PlannedContent, RepackDamage, RepackPlan } from './plan-codec.ts';

export interface SourceWindowOptions {
  readonly plan: RepackPlan;
  readonly store: BlobStore;
  readonly compute: Compute;
  readonly signal?: AbortSignal | undefined;
}

const windowBytesMax = 16 * 1024 * 1024;
/** Read at once, and so much ahead. */
const readBytes = 2 * 1024 * 1024;

interface Loaded {
  readonly content: PlannedContent;
  readonly placed: NamedContent;
  readonly at: number;
  /** In the window's memory. */
  readonly start: number;
  isSound: boolean;
}

/**
 * A stretch of a plan's contents, held in memory at once. It is read in the order
 * of the source's packs, so that each frame is fetched and opened once a window,
 * however the target orders them. Holds 16 MiB, or one content if that is larger.
 */
export class SourceWindow {
  readonly #options: SourceWindowOptions;
  readonly #access: FrameAccess;
  /** Object of each content. */
  readonly #objectIds: readonly string[];
  readonly #damaged = new Map<string, { contents: number[]; pack: string; message: string }>();
  #memory = new Uint8Array();
  #loaded = new Map<number, Loaded>();

  constructor(options: SourceWindowOptions) {
    const { plan, compute, store } = options;
    this.#options = options;
    this.#objectIds = plan.targets.flatMap(({ objectId, contents }) =>
      new Array<string>(contents).fill(objectId),
    );
    const secrets = [...new Set(plan.targets.map((target) => target.contentIdSecret))].map(fromHex);
    const sources = new Map(plan.sources.map(({ segment, key }) => [segment, key] as const));
    this.#access = {
      ...{ compute, packs: new PackFetcher(store, undefined) },
      contentIdSecrets: async () => secrets,
      segmentKeys: new SegmentKeys(async ({ address: { segment } }) => {
        return { id: fromHex(segment), key: fromHex(sources.get(segment) ?? '') };
      }),
    };
  }

  /** What could not be read so far. */
  get damaged(): readonly RepackDamage[] {
    return [...this.#damaged.values()];
  }

  /** @param at position in the plan's contents */
  has(at: number): boolean {
    return this.#loaded.has(at);
  }

  /** A view, good until the next load; undefined: damaged, and noted. */
  bytes(at: number): Uint8Array | undefined {
    const loaded = this.#loaded.get(at);
    if (loaded?.isSound !== true) return undefined;
    return this.#memory.subarray(loaded.start, loaded.start + loaded.content.length);
  }

  /** Reads from this position on as many contents as there is room for, at least one. */
  async load(first: number): Promise<void> {
    this.#loaded = this.#stretch(first);
    const inPlace = [...this.#loaded.values()].sort((a, b) => byPlace(a.placed, b.placed));
    const read = (part: readonly Loaded[]) => this.#read(part);
    for await (const _ of ahead(partsOf(inPlace), 2, read)) this.#options.signal?.throwIfAborted();
  }

  /** Frees its memory. */
  close(): void {
    this.#loaded.clear();
    discard(this.#memory);
    this.#memory = new Uint8Array();
  }

  #stretch(first: number): Map<number, Loaded> {
    const { contents } = this.#options.plan;
    const stretch = new Map<number, Loaded>();
    let start = 0;
    for (let at = first; at < contents.length; at += 1) {
      const content = contents[at];
      if (content === undefined) break;
      if (at > first && start + content.length > windowBytesMax) break;
      stretch.set(at, { content, placed: this.#placed(content), at, start, isSound: false });
      start += content.length;
    }
    if (this.#memory.length < start) {
      discard(this.#memory);
      this.#memory = new Uint8Array(start);
    }
    return stretch;
  }

  async #read(part: readonly Loaded[]): Promise<void> {
    const contents = part.map(({ placed }) => placed);
    const found = await loadContents(this.#access, contents);
    for (const [at, loaded] of part.entries()) {
      const bytes = found.at(at) ?? (await this.#readAlone(loaded));
      if (bytes === undefined) continue;
      this.#memory.set(bytes, loaded.start);
      loaded.isSound = true;
    }
    found.discard();
  }

  /** Says what is wrong with it; undefined: it is damaged, and noted. */
  async #readAlone({ placed, at }: Loaded): Promise<Uint8Array | undefined> {
    try {
      const frames = new FrameReader({ access: this.#access, objectId: this.#objectIds[at] ?? '' });
      return await frames.read(placed);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#note(at, placed.place.pack, error.message);
      return undefined;
    }
  }

  #note(at: number, pack: string, message: string): void {
    const id = `${pack} ${message}`;
    const known = this.#damaged.get(id) ?? { contents: [], pack, message };
    known.contents.push(at);
    this.#damaged.set(id, known);
  }

  #placed({ contentId, frame, offset, length }: PlannedContent): NamedContent {
    const { plan } = this.#options;
    const planned = plan.frames[frame];
    const source = planned && plan.sources[planned.source];
    if (planned === undefined || source === undefined) {
      throw new RangeError(`the plan has no frame ${frame}`);
    }
    const { segment, pack } = source;
    const inFrame = { frame: planned.frame, frameOffset: planned.offset, offset, length };
    return {
      contentId,
      address: { segment, frameLength: planned.length, ...inFrame },
      place: { pack, offset: source.offset, length: 0, keyId: '', packLength: 0 },
    };
  }
}

/** Parts that are read at once. */
function* partsOf(loaded: readonly Loaded[]): Generator<Loaded[]> {
  let part: Loaded[] = [];
  let bytes = 0;
  for (const each of loaded) {
    part.push(each);
    bytes += each.content.length;
    if (bytes < readBytes) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}
