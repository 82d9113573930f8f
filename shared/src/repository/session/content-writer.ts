import type { ObjectKey } from '../keys/key-ring.ts';
import type { ObjectDraft } from '../object/object-draft.ts';
import type { RepositoryPorts } from '../ports.ts';
import { frameGroups } from '../segment/frame-groups.ts';
import { wrapSegmentKey } from '../segment/wrapped-key.ts';
import type { OpenChunk } from '../shared-chunks/shared-chunks.ts';
import { Turns } from '../turns.ts';
import { ContentBatch, placedIn, type StoringContent } from './content-batch.ts';
import {
  type PlacedContents,
  type PlacedSegment,
  type ReservedFrame,
  type SegmentEvents,
  SegmentWriter,
} from './segment-writer.ts';
import type { SessionPacks } from './session-packs.ts';
import type { SessionSharedChunks } from './session-shared-chunks.ts';
import { SharedContentWriter } from './shared-content-writer.ts';
import type { UnderWay } from './under-way.ts';

export interface ContentWriterOptions {
  readonly ports: RepositoryPorts;
  readonly packs: SessionPacks;
  readonly draft: ObjectDraft;
  readonly objectId: string;
  readonly key: ObjectKey;
  readonly contentIdSecret: Uint8Array;
  /** Of everybody who writes in the session: between having been added and lying in a pack. */
  readonly underWay: UnderWay;
  /** Undefined: all contents are the object's own. */
  readonly shared?: SessionSharedChunks | undefined;
}

interface PlannedFrame {
  readonly writer: SegmentWriter;
  readonly reserved: ReservedFrame;
  readonly contents: readonly StoringContent[];
}

/** Smaller contents are the object's own. */
const sharedContentBytesMin = 64 * 1024;

/**
 * Stores contents of one object: known ones once, small ones together in
 * frames, frames in segments, segments in packs. Contents are gathered into
 * batches. Each batch goes twice through compute, while others do: for its ids,
 * and for sealing what is new. What it means for the object follows in the order
 * of batches: first what it holds (plan), then where that lies (place).
 */
export class ContentWriter {
  readonly #options: ContentWriterOptions;
  /** Of everything that reads or writes the draft. */
  readonly turns = new Turns();
  readonly #placing = new Turns();
  readonly #own: SegmentWriter;
  readonly #shared: SharedContentWriter | undefined;
  #batch: ContentBatch | undefined;
  /** New contents that the draft does not know yet. */
  readonly #unplaced = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #noting: SegmentEvents = {
    onFrame: (contents) => this.#noteAddresses(contents),
    onSegment: (segment) => this.#notePlace(segment),
  };
  #storedBytes = 0;
  #failure: { readonly error: unknown } | undefined;

  constructor(options: ContentWriterOptions) {
    this.#options = options;
    this.#own = this.#openWriter(options.objectId);
    this.#shared = options.shared && this.#openShared(options.shared);
  }

  /** Of contents that were not stored yet, before compression; exact after finish. */
  get storedBytes(): number {
    return this.#storedBytes;
  }

  /** Takes a copy. @returns the content, whose id is known later: see whenNamed */
  async add(content: Uint8Array): Promise<StoringContent> {
    this.#throwIfFailed();
    if (this.#batch?.hasRoom(content.length) === false) await this.dispatch();
    this.#batch ??= new ContentBatch(this.#options.ports.compute.batches, content.length);
    return this.#batch.add(content);
  }

  /** Runs once everything added so far has an id: in turn with what else uses the draft. */
  async whenNamed(itemId: string, then: () => Promise<void>): Promise<void> {
    this.#throwIfFailed();
    if (this.#batch === undefined) return this.turns.run(then);
    this.#batch.thens.push(then);
    this.#batch.itemIds.add(itemId);
  }

  /** Of this item nothing waits to be dispatched: the next turn comes behind what it wrote. */
  async dispatchItem(itemId: string): Promise<void> {
    if (this.#batch?.itemIds.has(itemId)) await this.dispatch();
  }

  /** Sends off what was added, then waits until there is room for more. */
  async dispatch(): Promise<void> {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#batch = undefined;
    const processing = this.#process(batch)
      .catch((error: unknown) => this.#fail(error))
      .finally(() => this.#underWay.delete(processing));
    this.#underWay.add(processing);
    this.#options.underWay.add(batch.length, processing);
    await this.#options.underWay.room();
    this.#throwIfFailed();
  }

  /** Everything is in packs, of which the shared one may still be open. */
  async finish(): Promise<void> {
    let givenUp: readonly Uint8Array[];
    do {
      await this.#storeAdded();
      givenUp = (await this.#shared?.settled()) ?? [];
      for (const content of givenUp) await this.add(content);
    } while (givenUp.length > 0);
  }

  async #storeAdded(): Promise<void> {
    await this.dispatch();
    await Promise.all(this.#underWay);
    this.#throwIfFailed();
    await this.#own.finish();
    await this.#placing.run(async () => this.#shared?.endSegment());
  }

  async abandon(reason: unknown): Promise<void> {
    this.#fail(reason);
    this.#batch?.workspace.release();
    this.#batch = undefined;
    await this.#abortPacks(reason);
    await Promise.all(this.#underWay);
    // A pack may have been opened meanwhile.
    await this.#abortPacks(reason);
    await this.turns.run(async () => this.#options.draft.discard());
  }

  async #abortPacks(reason: unknown): Promise<void> {
    await this.#own.abort(reason);
    await this.#shared?.abandon(reason);
  }

  /** Up to the first wait everything is in the order of calls. */
  async #process(batch: ContentBatch): Promise<void> {
    const { ports, contentIdSecret } = this.#options;
    const { batches } = ports.compute;
    const { workspace, contents, roomStart } = batch;
    const naming = batches.contentIds(contentIdSecret, workspace, contents);
    const planning = this.turns.run(async () => this.#plan(batch, await naming));
    const sealing = planning.then((planned) =>
      batches.sealFrames(workspace, planned.map(toSeal), roomStart),
    );
    const placing = this.#placing.run(async () => this.#place(await planning, await sealing));
    // Nobody else may get the workspace while it is worked upon.
    await Promise.allSettled([naming, sealing, placing]);
    workspace.release();
    await placing;
  }

  /** Names the contents, and takes the numbers of the frames that hold the new ones. */
  async #plan(batch: ContentBatch, contentIds: readonly string[]): Promise<PlannedFrame[]> {
    for (const [at, content] of batch.contents.entries()) content.contentId = contentIds[at] ?? '';
    const { own, shareable } = await this.#newIn(batch);
    const lacking = await this.#lacking(batch, shareable);
    for (const { length } of [...own, ...lacking]) this.#storedBytes += length;
    for (const then of batch.thens) await then();
    const planned = await reserveFrames(this.#own, own);
    if (this.#shared === undefined || lacking.length === 0) return planned;
    return [...planned, ...(await reserveFrames(this.#shared.writer(), lacking))];
  }

  /** Contents of which the object does not know, each once. Nobody looks for them again. */
  async #newIn({ contents }: ContentBatch) {
    const own: StoringContent[] = [];
    const shareable: StoringContent[] = [];
    for (const content of contents) {
      this.#throwIfFailed();
      const { contentId, length } = content;
      if (this.#unplaced.has(contentId)) continue;
      if ((await this.#options.draft.knownAddress(contentId)) !== undefined) continue;
      this.#unplaced.add(contentId);
      const isShareable = this.#shared !== undefined && length >= sharedContentBytesMin;
      (isShareable ? shareable : own).push(content);
    }
    return { own, shareable };
  }

  /** Those that are not stored, and that no other object is storing. */
  async #lacking(
    { workspace }: ContentBatch,
    shareable: readonly StoringContent[],
  ): Promise<readonly StoringContent[]> {
    if (this.#shared === undefined || shareable.length === 0) return [];
    const fleeting = shareable.map((content) => {
      const { contentId, start, length } = content;
      const copy = () => Uint8Array.from(workspace.bytes.subarray(start, start + length));
      return { contentId, length, copy, content };
    });
    return (await this.#shared.lacking(fleeting)).map(({ content }) => content);
  }

  async #place(planned: readonly PlannedFrame[], sealed: readonly Uint8Array[]): Promise<void> {
    for (const [at, { writer, reserved, contents }] of planned.entries()) {
      this.#throwIfFailed();
      const frame = sealed[at];
      if (frame === undefined) throw new RangeError(`frame ${at} was not sealed`);
      await writer.place(reserved, { sealed: frame, contents: placedIn(contents) });
    }
  }

  #openWriter(objectId: string | undefined, events = this.#noting): SegmentWriter {
    const { ports, packs, key } = this.#options;
    return new SegmentWriter({ ports, packs, key, objectId, ...events });
  }

  #openShared(shared: SessionSharedChunks): SharedContentWriter {
    return new SharedContentWriter({
      ...this.#noting,
      shared,
      turns: this.turns,
      placing: this.#placing,
      openWriter: (events) => this.#openWriter(undefined, events),
      onFound: (chunk) => this.#noteChunk(chunk),
      onGivenUp: (contentId) => this.#unplaced.delete(contentId),
    });
  }

  /** In a turn. Its segment's key comes under the object's own. */
  async #noteChunk({ contentId, address, place, key: segment }: OpenChunk): Promise<void> {
    const { ports, draft, key } = this.#options;
    const segmentKey = await wrapSegmentKey(ports.compute, key.key, segment);
    draft.putPlace(address.segment, { ...place, keyId: key.id, segmentKey });
    await draft.putAddress(contentId, address);
    this.#unplaced.delete(contentId);
  }

  #noteAddresses(contents: readonly PlacedContents[]): Promise<void> {
    return this.turns.run(async () => {
      for (const [contentId, address] of contents) {
        await this.#options.draft.putAddress(contentId, address);
        this.#unplaced.delete(contentId);
      }
    });
  }

  #notePlace({ id, place }: PlacedSegment): Promise<void> {
    return this.turns.run(async () => this.#options.draft.putPlace(id, place));
  }

  #fail(error: unknown): void {
    this.#failure ??= { error };
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

async function reserveFrames(
  writer: SegmentWriter,
  contents: readonly StoringContent[],
): Promise<PlannedFrame[]> {
  const planned: PlannedFrame[] = [];
  for (const group of frameGroups(contents)) {
    const plainBytes = group.reduce((bytes, { length }) => bytes + length, 0);
    planned.push({ writer, reserved: await writer.reserve(plainBytes), contents: group });
  }
  return planned;
}

function toSeal({ reserved, contents }: PlannedFrame) {
  const { segment, number } = reserved;
  return { segment: segment.key, number, kind: 'data', contents } as const;
}
