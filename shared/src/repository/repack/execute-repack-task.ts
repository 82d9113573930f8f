import { fromHex, toHex } from '../bytes.ts';
import { isDamage } from '../damaged.ts';
import { type FrameContent, PackStream, type SealedFrame } from '../pack/pack-stream.ts';
import type { BlobStore, Compute, Entropy, StorageClass } from '../ports.ts';
import { FrameReader, type PlacedContent } from '../read/frame-reader.ts';
import { PackFetcher } from '../read/pack-fetcher.ts';
import { sealFrame } from '../segment/frame.ts';
import { newSegmentUnder, type PrefixKey, type SegmentKey } from '../segment/segment-key.ts';
import { sharedFrameBytes } from '../session/content-writer.ts';
import {
  decodePlan,
  encodeResult,
  type PlannedContent,
  type PlannedTarget,
  type RepackDamage,
  type RepackedSegment,
  type RepackPlan,
} from './plan-codec.ts';

export interface ExecuteRepackTask {
  readonly sourceStore: BlobStore;
  readonly targetStore: BlobStore;
  /** Of a RepackTask. */
  readonly plan: Uint8Array;
  readonly compute: Compute;
  readonly entropy: Entropy;
  /** Of the pack that is written. */
  readonly storageClass: StorageClass;
  readonly signal?: AbortSignal | undefined;
  /** Plain bytes moved since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Writes the pack of a task: at home and on an appliance alike. What cannot be
 * read in the source is left out and told. Holds at most 24 MiB.
 * @returns the manifest for PointCopy.accept, < 1 MiB; holds no key
 */
export async function executeRepackTask(options: ExecuteRepackTask): Promise<Uint8Array> {
  const plan = await decodePlan(options.compute, options.plan);
  const run = new RepackRun(options, plan);
  try {
    return await run.run();
  } catch (error) {
    await run.abort(error);
    throw error;
  }
}

/** Neighbourhoods of source frames that are kept, since the target's order is another. */
const fetchesKept = 4;

class RepackRun {
  readonly #options: ExecuteRepackTask;
  readonly #plan: RepackPlan;
  readonly #pack: PackStream;
  readonly #frames: FrameReader;
  readonly #segments: RepackedSegment[] = [];
  readonly #damaged = new Map<string, { contents: number[]; pack: string; message: string }>();

  constructor(options: ExecuteRepackTask, plan: RepackPlan) {
    const { compute, entropy, targetStore, sourceStore, storageClass, signal } = options;
    const { namePrefix, footerIdPrefix, footerKey } = plan.pack;
    this.#options = options;
    this.#plan = plan;
    this.#pack = new PackStream({
      ...{ store: targetStore, compute, entropy, namePrefix, storageClass, signal },
      footerKey: prefixKey(footerIdPrefix, footerKey),
    });
    this.#frames = new FrameReader({
      ...{ compute, fetchesKept },
      packs: new PackFetcher(sourceStore, undefined),
      segmentKeyOf: async (content) => this.#sourceKey(content),
    });
    this.#frames.plan(plan.contents.map((content) => this.#placed(content)));
  }

  async run(): Promise<Uint8Array> {
    let first = 0;
    for (const [at, target] of this.#plan.targets.entries()) {
      await this.#target(at, target, first);
      first += target.contents;
    }
    const packLength = await this.#pack.finish();
    const damaged: RepackDamage[] = [...this.#damaged.values()];
    const result = { pack: this.#pack.name, packLength, segments: this.#segments, damaged };
    return encodeResult(this.#options.compute, result);
  }

  abort(reason: unknown): Promise<void> {
    return this.#pack.abort(reason);
  }

  async #target(at: number, target: PlannedTarget, first: number): Promise<void> {
    const segment = await newSegmentUnder(this.#options, prefixKey(target.idPrefix, target.key));
    const writer = new TargetSegment(this.#options.compute, this.#pack, { target, segment });
    for (let step = 0; step < target.contents; step += 1) {
      this.#options.signal?.throwIfAborted();
      const content = this.#plan.contents[first + step];
      if (content === undefined) break;
      const bytes = await this.#read(first + step, content, target.objectId);
      if (bytes === undefined) continue;
      await writer.add(content.contentId, bytes);
      this.#options.onProgress?.(bytes.length);
    }
    const stored = await writer.finish();
    if (stored !== undefined) this.#segments.push({ target: at, ...stored });
  }

  /** Undefined: damaged, and noted. */
  async #read(
    at: number,
    content: PlannedContent,
    objectId: string,
  ): Promise<Uint8Array | undefined> {
    try {
      return await this.#frames.read(this.#placed(content), objectId);
    } catch (error) {
      if (!isDamage(error)) throw error;
      const { pack } = this.#placed(content).place;
      const id = `${pack} ${error.message}`;
      const known = this.#damaged.get(id) ?? { contents: [], pack, message: error.message };
      known.contents.push(at);
      this.#damaged.set(id, known);
      return undefined;
    }
  }

  #placed({ frame, offset, length }: PlannedContent): PlacedContent {
    const planned = this.#plan.frames[frame];
    const source = planned && this.#plan.sources[planned.source];
    if (planned === undefined || source === undefined) {
      throw new RangeError(`the plan has no frame ${frame}`);
    }
    const { segment, pack } = source;
    const inFrame = { frame: planned.frame, frameOffset: planned.offset, offset, length };
    return {
      address: { segment, frameLength: planned.length, ...inFrame },
      place: { pack, offset: source.offset, length: 0, keyId: '', packLength: 0 },
    };
  }

  #sourceKey({ address }: PlacedContent): SegmentKey {
    const source = this.#plan.sources.find(({ segment }) => segment === address.segment);
    return { id: fromHex(address.segment), key: fromHex(source?.key ?? '') };
  }
}

interface TargetOptions {
  readonly target: PlannedTarget;
  readonly segment: SegmentKey;
}

/** Seals contents, in the order given, as frames of one segment. */
class TargetSegment {
  readonly #compute: Compute;
  readonly #pack: PackStream;
  readonly #options: TargetOptions;
  readonly #frames: number[] = [];
  readonly #counts: number[] = [];
  #pending: (readonly [string, Uint8Array])[] = [];
  #pendingBytes = 0;
  #offset = 0;

  constructor(compute: Compute, pack: PackStream, options: TargetOptions) {
    this.#compute = compute;
    this.#pack = pack;
    this.#options = options;
  }

  async add(contentId: string, bytes: Uint8Array): Promise<void> {
    if (this.#pendingBytes + bytes.length > sharedFrameBytes) await this.#seal();
    this.#pending.push([contentId, bytes]);
    this.#pendingBytes += bytes.length;
  }

  /** Undefined: nothing was added. */
  async finish(): Promise<Omit<RepackedSegment, 'target'> | undefined> {
    await this.#seal();
    if (this.#frames.length === 0) return undefined;
    const id = toHex(this.#options.segment.id);
    return { id, offset: this.#offset, frames: this.#frames, contents: this.#counts };
  }

  async #seal(): Promise<void> {
    if (this.#pending.length === 0) return;
    const { segment, target } = this.#options;
    const place = { segment, number: this.#frames.length, kind: 'data' } as const;
    const content = Buffer.concat(this.#pending.map(([, bytes]) => bytes));
    const sealed = await sealFrame(this.#compute, place, content);
    const frame: SealedFrame = { sealed, contents: placedIn(this.#pending) };
    const { keyId, objectId } = target;
    const identity = { id: toHex(segment.id), kind: 'data', keyId, objectId } as const;
    this.#offset = (await this.#pack.append(identity, frame)).segmentOffset;
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

function prefixKey(idPrefix: string, key: string): PrefixKey {
  return { idPrefix: fromHex(idPrefix), key: fromHex(key) };
}
