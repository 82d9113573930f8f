import { copyInto } from '../../memory/copy-into.ts';
import { discard } from '../../memory/discard.ts';
import { ahead } from '../ahead.ts';
import { fromHex } from '../bytes.ts';
import { isDamage } from '../damaged.ts';
import type { BlobStore, Compute } from '../ports.ts';
import type { FrameAccess } from '../read/frame-access.ts';
import { FrameReader } from '../read/frame-reader.ts';
import { loadContents } from '../read/load-contents.ts';
import type { LoadedContents } from '../read/loaded-contents.ts';
import { PackFetcher } from '../read/pack-fetcher.ts';
import { byPlace, frameId, type NamedContent } from '../read/placed-content.ts';
import { SegmentKeys } from '../read/segment-keys.ts';
import { frameHeaderBytes } from '../segment/frame.ts';
import type { PlannedContent, RepackDamage, RepackPlan } from './plan-codec.ts';
import { placedIn } from './planned-place.ts';
import { wholeFrames } from './whole-frames.ts';

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
  /** Of the frame that begins with it, when that is held in place of its contents. */
  frame: { readonly length: number; readonly contents: number } | undefined;
}

/** All of a frame, compressed as it was. */
export interface WholeFrame {
  readonly encoded: Uint8Array;
  /** How many, from the one that was asked for on. */
  readonly contents: number;
}

/**
 * A stretch of a plan's contents, held in memory at once. It is read in the order
 * of the source's packs, so that each frame is fetched and opened once a window,
 * however the target orders them. Frames that are wanted whole are held as they are.
 * Holds 16 MiB, or one content if that is larger.
 */
export class SourceWindow {
  readonly #options: SourceWindowOptions;
  readonly #access: FrameAccess;
  /** Position of the target of each content. */
  readonly #targets: readonly number[];
  readonly #damaged = new Map<string, { contents: number[]; pack: string; message: string }>();
  #memory = new Uint8Array();
  #loaded = new Map<number, Loaded>();

  constructor(options: SourceWindowOptions) {
    const { plan, compute, store } = options;
    this.#options = options;
    this.#targets = plan.targets.flatMap(({ contents }, at) =>
      new Array<number>(contents).fill(at),
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

  /** A view, good until the next load; undefined: its contents are there one by one. */
  frame(at: number): WholeFrame | undefined {
    const loaded = this.#loaded.get(at);
    if (loaded?.frame === undefined) return undefined;
    const { length, contents } = loaded.frame;
    return { encoded: this.#memory.subarray(loaded.start, loaded.start + length), contents };
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
    const whole = this.#wholeFrames(first, first + this.#loaded.size);
    const inPlace = [...this.#loaded.values()].sort((a, b) => byPlace(a.placed, b.placed));
    const read = (part: readonly Loaded[]) => this.#read(part, whole);
    for await (const _ of ahead(partsOf(inPlace), 2, read)) this.#options.signal?.throwIfAborted();
  }

  /** Frees its memory. */
  close(): void {
    this.#loaded.clear();
    discard(this.#memory);
    this.#memory = new Uint8Array();
  }

  #stretch(first: number): Map<number, Loaded> {
    const { plan } = this.#options;
    const { contents } = plan;
    const stretch = new Map<number, Loaded>();
    let start = 0;
    for (let at = first; at < contents.length; at += 1) {
      const content = contents[at];
      if (content === undefined) break;
      if (at > first && start + content.length > windowBytesMax) break;
      const placed = placedIn(plan, content);
      stretch.set(at, { content, placed, at, start, isSound: false, frame: undefined });
      start += content.length + frameHeaderBytes;
    }
    if (this.#memory.length < start) {
      discard(this.#memory);
      this.#memory = new Uint8Array(start);
    }
    return stretch;
  }

  /** By frameId: how many contents each has. */
  #wholeFrames(first: number, end: number): ReadonlyMap<string, number> {
    const { contents } = this.#options.plan;
    const targetOf = (at: number) => this.#targets[at] ?? -1;
    const whole = [...wholeFrames({ contents, first, end, targetOf }).values()].flatMap((run) => {
      const loaded = this.#loaded.get(run.first);
      return loaded === undefined ? [] : [[frameId(loaded.placed), run.contents] as const];
    });
    return new Map(whole);
  }

  async #read(part: readonly Loaded[], whole: ReadonlyMap<string, number>): Promise<void> {
    const contents = part.map(({ placed }) => placed);
    const encoded = new Set(whole.keys());
    const found = await loadContents(this.#access, contents, { isLent: true, encoded });
    try {
      for (let at = 0; at < part.length; ) at += await this.#keep(part, at, { found, whole });
    } finally {
      found.discard();
    }
  }

  /** @returns how many contents of the part it was */
  async #keep(
    part: readonly Loaded[],
    at: number,
    { found, whole }: { found: LoadedContents; whole: ReadonlyMap<string, number> },
  ): Promise<number> {
    const loaded = part[at];
    if (loaded === undefined) return 1;
    const encoded = found.encodedAt(at);
    const bytes = encoded ?? found.at(at) ?? (await this.#readAlone(loaded));
    if (bytes === undefined) return 1;
    copyInto(this.#memory, loaded.start, bytes);
    loaded.isSound = encoded === undefined;
    if (encoded === undefined) return 1;
    const contents = whole.get(frameId(loaded.placed)) ?? 1;
    loaded.frame = { length: encoded.length, contents };
    return contents;
  }

  /** Says what is wrong with it; undefined: it is damaged, and noted. */
  async #readAlone({ placed, at }: Loaded): Promise<Uint8Array | undefined> {
    try {
      const { objectId = '' } = this.#options.plan.targets[this.#targets[at] ?? -1] ?? {};
      const frames = new FrameReader({ access: this.#access, objectId });
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
}

/** Parts that are read at once: of whole frames. */
function* partsOf(loaded: readonly Loaded[]): Generator<Loaded[]> {
  let part: Loaded[] = [];
  let bytes = 0;
  for (const [at, each] of loaded.entries()) {
    part.push(each);
    bytes += each.content.length;
    if (bytes < readBytes || loaded[at + 1]?.content.frame === each.content.frame) continue;
    yield part;
    part = [];
    bytes = 0;
  }
  if (part.length > 0) yield part;
}
