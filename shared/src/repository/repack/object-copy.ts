import type { CatalogItem } from '../catalog/row.ts';
import type { FooterSegment } from '../pack/footer-segments.ts';
import type { StoredObjectReader } from '../point/stored-object-reader.ts';
import type { StoredObjectWriter } from '../session/stored-object-writer.ts';
import type { StoredSession } from '../session/stored-session.ts';
import type { AdoptedPack } from './adopted-packs.ts';
import type { NeededContent, ObjectPlan } from './object-plan.ts';
import { placesIn } from './places-in.ts';
import type { PlannedContent, PlannedTarget, RepackedSegment } from './plan-codec.ts';
import type { CopiedObject } from './point-copy.ts';

export interface ObjectCopyOptions {
  readonly source: StoredObjectReader;
  readonly session: StoredSession;
  readonly plan: ObjectPlan;
  /** What an attempt before this one has stored. */
  readonly adopted: readonly AdoptedPack[];
}

export interface RepackedPack {
  readonly pack: string;
  readonly packLength: number;
}

/** One object on its way into the target. */
export class ObjectCopy {
  readonly objectId: string;
  readonly plan: ObjectPlan;
  /** Tasks that hold contents of it and are not accepted yet. */
  openTasks = 0;
  /** No further task will hold contents of it. */
  isPlanned = false;
  readonly #options: ObjectCopyOptions;
  #writer: Promise<StoredObjectWriter> | undefined;
  #adopting: Promise<void> | undefined;
  #bytes = 0;

  constructor(options: ObjectCopyOptions) {
    this.#options = options;
    this.plan = options.plan;
    this.objectId = options.source.object.objectId;
  }

  get source(): StoredObjectReader {
    return this.#options.source;
  }

  /** Nothing of it is in the target yet. */
  get isFirst(): boolean {
    return this.plan.isFirst;
  }

  /** Repository whose secret makes the content ids. */
  get contentIds(): string {
    return this.#options.source.state.record.contentIds;
  }

  get isReady(): boolean {
    return this.isPlanned && this.openTasks === 0;
  }

  /** Opened with the first content, or at the end. */
  writer(): Promise<StoredObjectWriter> {
    const { session, source } = this.#options;
    this.#writer ??= session.openWriter(source.object, this.contentIds);
    return this.#writer;
  }

  /** What the target lacks, in the order in which it is to lie there. May be asked twice. */
  async *contents(): AsyncGenerator<NeededContent> {
    const { adopted } = this.#options;
    this.#adopting ??= this.#adoptAll();
    await this.#adopting;
    for await (const needed of this.plan.contents()) {
      const isStored = adopted.length > 0 && (await this.#hasContent(needed.contentId));
      if (!isStored) yield needed;
    }
  }

  /** @param contents of the target, without damaged ones, in the order of the plan */
  async accept(
    { pack, packLength }: RepackedPack,
    target: PlannedTarget,
    stored: { readonly segment: RepackedSegment; readonly contents: readonly PlannedContent[] },
  ): Promise<void> {
    const { id, offset, frames } = stored.segment;
    const length = frames.reduce((sum, frame) => sum + frame, 0);
    const writer = await this.writer();
    const place = { pack, offset, length, keyId: target.keyId, packLength };
    await writer.acceptSegment(id, place, addresses(stored.segment, stored.contents));
    for (const content of stored.contents) this.#bytes += content.length;
  }

  /** Segments under the object's key, as the footer of a stored pack has them. */
  async acceptSegments(
    { pack, packLength }: RepackedPack,
    segments: readonly FooterSegment[],
  ): Promise<void> {
    const writer = await this.writer();
    for (const { identity, length, contents } of segments) {
      const { id, offset, keyId, segmentKey } = identity;
      if (keyId !== writer.key.id) continue;
      const place = { pack, offset, length, packLength, keyId, segmentKey };
      await writer.acceptSegment(id, place, contents);
    }
  }

  /** What was not stored by this attempt does not count as copied by it. */
  async #adoptAll(): Promise<void> {
    for (const { segments, ...pack } of this.#options.adopted) {
      await this.acceptSegments(pack, segments);
    }
  }

  async #hasContent(contentId: string): Promise<boolean> {
    return (await this.writer()).hasContents([contentId]);
  }

  /** Of contents that went over as they lay. */
  countBytes(bytes: number): void {
    this.#bytes += bytes;
  }

  /** Carries the rows over. Items whose content did not arrive are recorded as failed. */
  async finish(): Promise<CopiedObject> {
    const { source } = this.#options;
    const writer = await this.writer();
    for await (const change of this.plan.folders()) {
      if (change.type === 'put') await writer.putFolder(change.row);
      else await writer.removeFolder(change.id);
    }
    let items = 0;
    let damagedItems = 0;
    for await (const change of this.plan.items()) {
      if (change.type === 'removed') await writer.removeItem(change.id);
      else if (await this.#put(writer, change.row)) items += 1;
      else damagedItems += 1;
    }
    const { mode, counts } = source.object;
    await writer.finish({ syncState: await source.state.syncState(), mode, counts });
    const { objectId, displayName } = source.object;
    const status = 'copied';
    return { objectId, displayName, status, items, damagedItems, bytes: this.#bytes };
  }

  async #put(writer: StoredObjectWriter, row: CatalogItem): Promise<boolean> {
    if (await writer.hasContents(row.content)) {
      await writer.putStored(row);
      return true;
    }
    await writer.failItem(row, {
      code: 'E_REPOSITORY_DAMAGED',
      message: 'its content is damaged in the repository that was copied from',
    });
    return false;
  }
}

function* addresses(segment: RepackedSegment, contents: readonly PlannedContent[]) {
  const frameOffsets = startsOf(segment.frames);
  for (const { contentId, frame, offset, length } of placesIn(segment, contents)) {
    const frameLength = segment.frames[frame] ?? 0;
    const inFrame = { frame, frameOffset: frameOffsets[frame] ?? 0, frameLength, offset, length };
    yield [contentId, { segment: segment.id, ...inFrame }] as const;
  }
}

function startsOf(lengths: readonly number[]): number[] {
  let start = 0;
  return lengths.map((length) => {
    start += length;
    return start - length;
  });
}
