import { isAppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import { isDamage } from '../damaged.ts';
import type { ComposePack, WrittenComposition } from './compose-pack.ts';
import { composePack } from './compose-pack.ts';
import { type ComposedPack, RunTape } from './composed-pack.ts';
import { Composing, type ComposingOptions } from './composing.ts';
import type { ObjectCopy } from './object-copy.ts';
import type { NeededContent } from './object-plan.ts';

export interface CompositionsOptions extends ComposingOptions {
  readonly packBytes: number;
}

/** Where a pack goes. */
export type CompositionTarget = Pick<ComposePack, 'namePrefix' | 'storageClass' | 'signal'>;

const refusals = ['E_STORAGE_DENIED', 'E_STORAGE_REFUSED', 'E_BLOB_ARCHIVED'] as const;

/**
 * The packs of a copy that the storage puts together. What it refuses is repacked
 * in the end, as what was never asked of it is at once.
 */
export class Compositions {
  readonly #options: CompositionsOptions;
  readonly #composing: Composing;
  readonly #tape: RunTape;
  /** Segments that go over as they lie, by object. */
  readonly #segments = new Map<ObjectCopy, Set<string>>();
  readonly #refused = new Set<string>();
  readonly #underWay = new Set<PromiseWithResolvers<void>>();
  readonly #ends = new Map<ComposedPack, PromiseWithResolvers<void>>();

  constructor(options: CompositionsOptions) {
    this.#options = options;
    this.#composing = new Composing(options);
    this.#tape = new RunTape(options.packBytes);
  }

  /** @returns packs that got full */
  async *add(copy: ObjectCopy): AsyncGenerator<ComposedPack> {
    const runs = await this.#composing.runsOf(copy);
    if (runs.length === 0) return;
    const ids = runs.flatMap(({ segments }) => segments.map(({ segment }) => segment));
    this.#segments.set(copy, new Set(ids));
    for (const run of runs) {
      for (const pack of this.#tape.add(run)) yield this.#begun(pack);
    }
  }

  /** @returns what is left */
  *end(): Generator<ComposedPack> {
    const pack = this.#tape.end();
    if (pack !== undefined) yield this.#begun(pack);
  }

  /** Of which something goes over as it lies. */
  get copies(): Iterable<ObjectCopy> {
    return this.#segments.keys();
  }

  has(copy: ObjectCopy): boolean {
    return this.#segments.has(copy);
  }

  /** What is to be repacked in any case. */
  async *others(copy: ObjectCopy): AsyncGenerator<NeededContent> {
    const composed = this.#segments.get(copy);
    for await (const needed of copy.contents()) {
      if (composed?.has(needed.placed.address.segment) !== true) yield needed;
    }
  }

  /** What was refused. When all packs have ended. */
  async *refusedOf(copy: ObjectCopy): AsyncGenerator<NeededContent> {
    if (this.#refused.size === 0) return;
    for await (const needed of copy.contents()) {
      if (this.#refused.has(needed.placed.address.segment)) yield needed;
    }
  }

  async settled(): Promise<void> {
    await Promise.all([...this.#underWay].map(({ promise }) => promise));
  }

  /** Undefined: it was refused. Whoever has it calls ended. */
  async compose(
    pack: ComposedPack,
    target: CompositionTarget,
  ): Promise<WrittenComposition | undefined> {
    const { source, target: to } = this.#options;
    const composer = await this.#composing.composer();
    invariant(composer !== undefined, 'a pack is composed by a storage that can do it');
    const { store, ...ports } = to.ports;
    const footerKey = to.keys.derived.footers;
    const options = { ...ports, ...target, composer, footerKey, sourceStore: source.ports.store };
    try {
      return await composePack(options, pack);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      for (const { segments } of pack.runs) {
        for (const { segment } of segments) this.#refused.add(segment);
      }
      return undefined;
    }
  }

  /** Its segments are known to their objects, or refused. */
  ended(pack: ComposedPack): void {
    this.#ends.get(pack)?.resolve();
    this.#ends.delete(pack);
  }

  #begun(pack: ComposedPack): ComposedPack {
    const end = Promise.withResolvers<void>();
    this.#underWay.add(end);
    this.#ends.set(pack, end);
    for (const copy of pack.copies) copy.openTasks += 1;
    return pack;
  }
}

/** Asking again would not help. */
function isRefusal(error: unknown): boolean {
  return isDamage(error) || refusals.some((code) => isAppError(error, code));
}
