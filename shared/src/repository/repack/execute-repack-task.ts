import { fromHex, sum } from '../bytes.ts';
import { PackStream } from '../pack/pack-stream.ts';
import type { BlobStore, Compute, Entropy } from '../ports.ts';
import { newSegmentUnder, type PrefixKey } from '../segment/segment-key.ts';
import {
  decodePlan,
  encodeResult,
  type PlannedContent,
  type PlannedTarget,
  type RepackedSegment,
  type RepackPlan,
} from './plan-codec.ts';
import { SourceWindow } from './source-window.ts';
import { TargetSegment } from './target-segment.ts';

export interface ExecuteRepackTask {
  readonly sourceStore: BlobStore;
  readonly targetStore: BlobStore;
  /** Of a RepackTask. */
  readonly plan: Uint8Array;
  readonly compute: Compute;
  readonly entropy: Entropy;
  readonly signal?: AbortSignal | undefined;
  /** Plain bytes moved since the last call. */
  readonly onProgress?: ((bytes: number) => void) | undefined;
}

/**
 * Writes the pack of a task: at home and on an appliance alike. What cannot be
 * read in the source is left out and told. Holds at most 32 MiB.
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
  } finally {
    run.close();
  }
}

class RepackRun {
  readonly #options: ExecuteRepackTask;
  readonly #plan: RepackPlan;
  readonly #pack: PackStream;
  readonly #window: SourceWindow;
  readonly #segments: RepackedSegment[] = [];

  constructor(options: ExecuteRepackTask, plan: RepackPlan) {
    const { compute, entropy, targetStore, sourceStore, signal } = options;
    const { namePrefix, storageClass, footerIdPrefix, footerKey } = plan.pack;
    this.#options = options;
    this.#plan = plan;
    this.#pack = new PackStream({
      ...{ store: targetStore, compute, entropy, namePrefix, storageClass, signal },
      footerKey: prefixKey(footerIdPrefix, footerKey),
    });
    this.#window = new SourceWindow({ plan, store: sourceStore, compute, signal });
  }

  async run(): Promise<Uint8Array> {
    let first = 0;
    for (const [at, target] of this.#plan.targets.entries()) {
      await this.#target(at, target, first);
      first += target.contents;
    }
    const packLength = await this.#pack.finish();
    const { damaged } = this.#window;
    const result = { pack: this.#pack.name, packLength, segments: this.#segments, damaged };
    return encodeResult(this.#options.compute, result);
  }

  close(): void {
    this.#window.close();
  }

  abort(reason: unknown): Promise<void> {
    return this.#pack.abort(reason);
  }

  async #target(at: number, target: PlannedTarget, first: number): Promise<void> {
    const { compute, signal, onProgress } = this.#options;
    const segment = await newSegmentUnder(this.#options, prefixKey(target.idPrefix, target.key));
    const writer = new TargetSegment({ compute, pack: this.#pack, target, segment });
    for (let at = first; at < first + target.contents; ) {
      signal?.throwIfAborted();
      if (!this.#window.has(at)) await this.#window.load(at);
      const moved = await this.#move(writer, at);
      onProgress?.(sum(moved.map(({ length }) => length)));
      at += moved.length;
    }
    const stored = await writer.finish();
    if (stored !== undefined) this.#segments.push({ target: at, ...stored });
  }

  /** A whole frame, or one content. @returns what is done, in the order of the plan */
  async #move(writer: TargetSegment, at: number): Promise<readonly PlannedContent[]> {
    const { contents } = this.#plan;
    const frame = this.#window.frame(at);
    const moved = contents.slice(at, at + (frame?.contents ?? 1));
    const bytes = this.#window.bytes(at);
    if (frame !== undefined) await writer.addFrame(frame.encoded, moved);
    else if (bytes !== undefined) await writer.add(contents[at]?.contentId ?? '', bytes);
    return moved;
  }
}

function prefixKey(idPrefix: string, key: string): PrefixKey {
  return { idPrefix: fromHex(idPrefix), key: fromHex(key) };
}
