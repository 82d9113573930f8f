import { undefinedWhenDamaged } from '../damaged.ts';
import { isIndexUsable } from '../log/state.ts';
import { fitsSegment, movedTo, type SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { SegmentKey } from '../segment/segment-key.ts';
import { openSegmentKey } from '../segment/wrapped-key.ts';
import { rebuildIndex } from './rebuild-index.ts';
import type { SharedChunkIndex } from './shared-chunk-index.ts';
import type { OpenChunk, SharedChunk, SharedChunks } from './shared-chunks.ts';

/**
 * The index of shared contents as one session may use it: brought in line with
 * the log before its first use, and asked about the log at each.
 */
export class LiveSharedChunks implements SharedChunks {
  readonly #context: OpenContext;
  readonly #index: SharedChunkIndex;
  readonly #epoch: number;
  #ready: Promise<void> | undefined;
  /** Size of each pack that was looked at, as the storage tells it; 0: it is gone. */
  readonly #packSizes = new Map<string, Promise<number>>();
  /** Whether each key that was looked at opens. */
  readonly #readable = new Map<string, Promise<boolean>>();

  /** @param epoch under which the session writes */
  constructor(context: OpenContext, epoch: number) {
    this.#context = context;
    this.#index = context.sharedChunks;
    this.#epoch = epoch;
  }

  async find(contentIds: readonly string[]): Promise<ReadonlyMap<string, OpenChunk>> {
    await this.#whenReady();
    const known = await this.#index.find(contentIds);
    const usable = await Promise.all([...known.values()].map((chunk) => this.#usable(chunk)));
    const found = usable.filter((chunk) => chunk !== undefined);
    return new Map(found.map((chunk) => [chunk.contentId, chunk]));
  }

  /** Where it lies now; undefined: it may be collected, or it is lost. */
  async #usable(found: SharedChunk): Promise<OpenChunk | undefined> {
    const { log, relocations } = this.#context;
    const { segment } = found.address;
    const place = movedTo(found.place, await relocations.place(segment));
    const isCondemned = log.rules.condemnedAmong(log.state, [place.pack]).length > 0;
    if (isCondemned || !(await this.#isStored(place))) return undefined;
    const key = await this.#keyOf(segment, place);
    return key && { ...found, place, key };
  }

  /** Undefined: the object that told of it was erased, or its key is lost. */
  async #keyOf(id: string, { keyId, segmentKey }: SegmentPlace): Promise<SegmentKey | undefined> {
    const { keys, ports } = this.#context;
    if (!(await this.#isReadable(keyId))) return undefined;
    const opening = async () =>
      openSegmentKey(ports.compute, await keys.objectKey(keyId), { id, segmentKey });
    return opening().catch(undefinedWhenDamaged);
  }

  async add(chunks: readonly SharedChunk[]): Promise<void> {
    await this.#whenReady();
    await this.#index.add(chunks);
  }

  /** A pack that is lost or cut off is forgotten; asked once a session. */
  async #isStored(place: SegmentPlace): Promise<boolean> {
    const { pack } = place;
    const asked = this.#packSizes.get(pack) ?? this.#askSize(pack);
    this.#packSizes.set(pack, asked);
    if (fitsSegment(place, await asked)) return true;
    await this.#index.forgetPacks([pack]);
    return false;
  }

  #isReadable(keyId: string): Promise<boolean> {
    const asked = this.#readable.get(keyId) ?? this.#context.keys.isReadable(keyId);
    this.#readable.set(keyId, asked);
    return asked;
  }

  async #askSize(pack: string): Promise<number> {
    return (await this.#context.ports.store.head(pack))?.size ?? 0;
  }

  #whenReady(): Promise<void> {
    this.#ready ??= this.#reconcile();
    return this.#ready;
  }

  /**
   * Rule 5 of the log: what was condemned goes, and all of it when names may have
   * been forgotten. Names that are condemned from now on are not forgotten before
   * the session ends.
   */
  async #reconcile(): Promise<void> {
    const { state } = this.#context.log;
    const mark = await this.#index.mark();
    const isUsable = mark !== undefined && isIndexUsable(state, mark.reconciledTo);
    // Whoever owned the repository in between may have stored what the index lacks.
    const isOwn = mark !== undefined && this.#epoch - mark.epoch <= 1;
    if (isUsable && isOwn) {
      await this.#index.forgetPacks(state.condemned.keys());
    } else {
      await this.#index.clear();
      await rebuildIndex(this.#context, this.#index);
    }
    await this.#index.setMark({ epoch: this.#epoch, reconciledTo: state.head });
  }
}
