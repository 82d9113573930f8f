import type { OpenChunk } from '../shared-chunks/shared-chunks.ts';
import type { Turns } from '../turns.ts';
import type { Claimant, FleetingContent, SettledClaim } from './content-claims.ts';
import type { PlacedContents, SegmentEvents, SegmentWriter } from './segment-writer.ts';
import type { SessionSharedChunks } from './session-shared-chunks.ts';

export interface SharedContentWriterOptions extends SegmentEvents {
  readonly shared: SessionSharedChunks;
  readonly openWriter: (events: SegmentEvents) => SegmentWriter;
  /** Of everything that uses the draft. */
  readonly turns: Turns;
  /** Of everything that places frames. */
  readonly placing: Turns;
  /** In a turn: a content that this object does not have to store. */
  readonly onFound: (chunk: OpenChunk) => Promise<void>;
  /** In a turn: it was to be stored by another object, which gave up. */
  readonly onGivenUp: (contentId: string) => void;
}

/**
 * Contents of one object that it shares with others. What another object of the
 * session is storing at this moment is not stored again: the object goes on, and
 * waits for the other when it ends.
 *
 * Nobody waits in a circle. An object waits only in finish, after all that it
 * claimed was placed; and what is claimed is placed without anything that an
 * object that waits could hold: it is in a batch under way by then, and hurry ends
 * its segment. What is kept for an object that waits holds back no batch.
 */
export class SharedContentWriter implements Claimant {
  readonly #options: SharedContentWriterOptions;
  #writer: SegmentWriter | undefined;
  readonly #waiting = new Set<Promise<void>>();
  readonly #givenUp: Uint8Array[] = [];
  #isAbandoned = false;

  constructor(options: SharedContentWriterOptions) {
    this.#options = options;
  }

  /** In a turn. Asks for all at once. @returns those that the object has to store */
  async lacking<Content extends FleetingContent>(contents: readonly Content[]): Promise<Content[]> {
    const { shared, onFound } = this.#options;
    const found = await shared.find(contents, this);
    for (const [contentId, each] of found) {
      if ('chunk' in each) await onFound(each.chunk);
      else this.#wait(contentId, each.awaited);
    }
    return contents.filter(({ contentId }) => !found.has(contentId));
  }

  /** Of what is lacking: it opens a segment. */
  writer(): SegmentWriter {
    this.#writer ??= this.#newWriter();
    return this.#writer;
  }

  hurry(): void {
    const { placing } = this.#options;
    // In turn: by then the frame is placed. A failure fails the next call as well.
    placing.run(async () => this.#writer?.endEarly()).catch(() => undefined);
  }

  /** In a turn of placing: everything that was reserved is in packs. */
  async endSegment(): Promise<void> {
    await this.#writer?.finish();
  }

  /** Resolves when all others have ended. @returns what they gave up: to be stored after all */
  async settled(): Promise<readonly Uint8Array[]> {
    await Promise.all(this.#waiting);
    return this.#givenUp.splice(0);
  }

  async abandon(reason: unknown): Promise<void> {
    this.#isAbandoned = true;
    this.#options.shared.giveUp(this);
    await this.#writer?.abort(reason);
  }

  #wait(contentId: string, awaited: Promise<SettledClaim>): void {
    const settling = awaited.then((settled) =>
      this.#options.turns.run(() => this.#settle(contentId, settled)),
    );
    const waiting = settling.then(() => void this.#waiting.delete(waiting));
    this.#waiting.add(waiting);
    // Told by settled.
    waiting.catch(() => undefined);
  }

  /** In a turn. */
  async #settle(contentId: string, settled: SettledClaim): Promise<void> {
    if (this.#isAbandoned) return;
    if ('chunk' in settled) return this.#options.onFound(settled.chunk);
    this.#options.onGivenUp(contentId);
    this.#givenUp.push(settled.givenUp);
  }

  /** Tells the session of each segment as soon as it is in a pack. */
  #newWriter(): SegmentWriter {
    const { shared, openWriter, onFrame, onSegment } = this.#options;
    const placed = new Map<string, PlacedContents[]>();
    return openWriter({
      onFrame: async (contents) => {
        for (const content of contents) {
          const { segment } = content[1];
          placed.set(segment, [...(placed.get(segment) ?? []), content]);
        }
        await onFrame(contents);
      },
      onSegment: async (segment) => {
        await onSegment(segment);
        const { id, place, key } = segment;
        const contents = placed.get(id) ?? [];
        placed.delete(id);
        await shared.placed(
          contents.map(([contentId, address]) => ({ contentId, address, place, key })),
        );
      },
    });
  }
}
