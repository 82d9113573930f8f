import type { ObjectCopy } from './object-copy.ts';
import type { NeededContent } from './object-plan.ts';
import type { PackSizes } from './pack-sizes.ts';
import { contentsMax, sealedShare, type TaskBuilder } from './task-builder.ts';

export interface TapeOptions {
  readonly newBuilder: () => TaskBuilder;
  readonly sizes: PackSizes;
  readonly packBytes: number;
  /** False: what fills no pack goes into a pack all the same. */
  readonly hasTails: boolean;
}

/** Contents of one pack that is to be written. */
export interface FilledPack {
  readonly builder: TaskBuilder;
  readonly copies: ReadonlySet<ObjectCopy>;
  /** It waits in a hot class until there is a full pack for it. */
  readonly isTail: boolean;
}

/** Of the configured size: a pack that is that full goes into the archive. */
const fullShareMin = 0.95;
/** Tails are read again soon, as a whole and by segments: they need not be large. */
const tailBytes = 64 * 1024 * 1024;

class OpenPack {
  readonly builder: TaskBuilder;
  readonly copies = new Set<ObjectCopy>();

  constructor(builder: TaskBuilder) {
    this.builder = builder;
  }

  async add(copy: ObjectCopy, needed: NeededContent): Promise<void> {
    if (!this.copies.has(copy)) {
      this.copies.add(copy);
      copy.openTasks += 1;
    }
    const { key } = await copy.writer();
    const { objectId, contentIds } = copy;
    await this.builder.add({ objectId, key, contentIds }, needed);
  }
}

/**
 * Which pack a content goes into. First copies are written one after the other as
 * if on one tape: packs end when they are full, not where objects end. Of an object
 * that was copied before only full packs go into the archive: else it would lie in
 * as many packs as it was copied times. What is left of both is a tail.
 */
export class Tape {
  readonly #options: TapeOptions;
  #tape: OpenPack | undefined;
  #tail: OpenPack | undefined;

  constructor(options: TapeOptions) {
    this.#options = options;
  }

  /** @returns packs that got full */
  async *add(copy: ObjectCopy, contents: AsyncIterable<NeededContent>): AsyncGenerator<FilledPack> {
    if (copy.isFirst || !this.#options.hasTails) yield* this.#onTape(copy, contents);
    else yield* this.#byFullPacks(copy, contents);
  }

  /** @returns what is left */
  async *end(): AsyncGenerator<FilledPack> {
    const isTail = this.#options.hasTails && !this.#isNearlyFull(this.#tape);
    yield* filled(this.#tape, isTail);
    yield* filled(this.#tail, true);
    this.#tape = undefined;
    this.#tail = undefined;
  }

  async *#onTape(
    copy: ObjectCopy,
    contents: AsyncIterable<NeededContent>,
  ): AsyncGenerator<FilledPack> {
    for await (const needed of contents) {
      this.#tape ??= this.#newPack();
      await this.#tape.add(copy, needed);
      if (!this.#isFull(this.#tape)) continue;
      yield* filled(this.#tape, false);
      this.#tape = undefined;
    }
  }

  /** Nobody knows before the end of the object whether there is enough for another pack. */
  async *#byFullPacks(
    copy: ObjectCopy,
    contents: AsyncIterable<NeededContent>,
  ): AsyncGenerator<FilledPack> {
    let waiting: NeededContent[] = [];
    let sealedBytes = 0;
    for await (const needed of contents) {
      waiting.push(needed);
      sealedBytes += sealedShare(needed.placed.address);
      if (!this.#isEnough(sealedBytes, waiting.length)) continue;
      const pack = this.#newPack();
      for (const each of waiting) await pack.add(copy, each);
      yield* filled(pack, false);
      waiting = [];
      sealedBytes = 0;
    }
    for (const needed of waiting) yield* this.#intoTail(copy, needed);
  }

  async *#intoTail(copy: ObjectCopy, needed: NeededContent): AsyncGenerator<FilledPack> {
    this.#tail ??= this.#newPack();
    await this.#tail.add(copy, needed);
    const { sealedBytes, contents } = this.#tail.builder;
    const packBytes = Math.min(tailBytes, this.#options.packBytes);
    if (sealedBytes < packBytes && contents < contentsMax) return;
    yield* filled(this.#tail, true);
    this.#tail = undefined;
  }

  #newPack(): OpenPack {
    return new OpenPack(this.#options.newBuilder());
  }

  #isFull({ builder }: OpenPack): boolean {
    return this.#isEnough(builder.sealedBytes, builder.contents);
  }

  #isNearlyFull(pack: OpenPack | undefined): boolean {
    const { sizes, packBytes } = this.#options;
    const planned = pack?.builder.sealedBytes ?? 0;
    return sizes.expected(planned) >= packBytes * fullShareMin;
  }

  #isEnough(sealedBytes: number, contents: number): boolean {
    const { sizes, packBytes } = this.#options;
    return sizes.expected(sealedBytes) >= packBytes || contents >= contentsMax;
  }
}

function* filled(pack: OpenPack | undefined, isTail: boolean): Generator<FilledPack> {
  if (pack === undefined) return;
  const { builder, copies } = pack;
  yield { builder, copies, isTail };
}
