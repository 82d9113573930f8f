import { invariant } from '../../errors/invariant.ts';
import { ContentRecords } from '../pack/content-records.ts';
import type { WrittenFooter } from '../pack/manifests.ts';
import type { PackSegment } from '../pack/pack-layout.ts';
import type { ObjectCopy } from './object-copy.ts';
import { placesIn } from './places-in.ts';
import type {
  PlannedContent,
  PlannedTarget,
  RepackDamage,
  RepackedSegment,
  RepackPlan,
  RepackResult,
} from './plan-codec.ts';
import type { Damage } from './point-copy.ts';
import type { TaskBuilder } from './task-builder.ts';

export interface OpenTaskOptions {
  readonly plan: RepackPlan;
  readonly builder: Pick<TaskBuilder, 'itemIds' | 'sealedBytes'>;
  readonly copies: ReadonlySet<ObjectCopy>;
}

/** A segment that was written, and for whom. */
export interface WrittenTarget {
  readonly copy: ObjectCopy;
  readonly target: PlannedTarget;
  readonly segment: RepackedSegment;
  /** Without damaged ones, in the order of the plan. */
  readonly contents: readonly PlannedContent[];
}

/** A task that was given to somebody. */
export class OpenTask {
  readonly copies: ReadonlySet<ObjectCopy>;
  /** What its contents take in the source. */
  readonly plannedBytes: number;
  readonly #plan: RepackPlan;
  readonly #itemIds: readonly string[];
  /** Position of each target's first content in the plan. */
  readonly #firsts: readonly number[];

  constructor({ plan, builder, copies }: OpenTaskOptions) {
    this.copies = copies;
    this.plannedBytes = builder.sealedBytes;
    this.#plan = plan;
    this.#itemIds = builder.itemIds;
    let first = 0;
    this.#firsts = plan.targets.map(({ contents }) => {
      first += contents;
      return first - contents;
    });
  }

  written({ segments, damaged }: RepackResult): readonly WrittenTarget[] {
    const copies = new Map([...this.copies].map((copy) => [copy.objectId, copy] as const));
    const missing = new Set(damaged.flatMap(({ contents }) => contents));
    return segments.map((segment) => {
      const target = this.#plan.targets[segment.target];
      const copy = copies.get(target?.objectId ?? '');
      invariant(
        copy !== undefined && target !== undefined,
        'a manifest names a target of its plan',
      );
      const there = this.#contentsOf(segment.target).filter((at) => !missing.has(at));
      const contents = there.flatMap((at) => this.#plan.contents[at] ?? []);
      return { copy, target, segment, contents };
    });
  }

  /** One damage of a pack may concern several objects. */
  damages({ damaged }: RepackResult): readonly Damage[] {
    return damaged.flatMap((damage) => this.#damages(damage));
  }

  #damages({ pack, message, contents }: RepackDamage): Damage[] {
    const missing = new Set(contents);
    const items = new Map<string, Set<string>>();
    for (const [target, { objectId }] of this.#plan.targets.entries()) {
      for (const at of this.#contentsOf(target)) {
        const itemId = missing.has(at) ? this.#itemIds[at] : undefined;
        if (itemId === undefined) continue;
        const known = items.get(objectId) ?? new Set();
        items.set(objectId, known.add(itemId));
      }
    }
    return [...items].map(([objectId, itemIds]) => {
      return { pack, objectId, itemIds: [...itemIds], message };
    });
  }

  /** Positions of a target's contents in the plan. */
  #contentsOf(target: number): number[] {
    const first = this.#firsts[target] ?? 0;
    const count = this.#plan.targets[target]?.contents ?? 0;
    return Array.from({ length: count }, (_, at) => first + at);
  }
}

/** What the footer of the pack says. */
export function footerOf(pack: string, written: readonly WrittenTarget[]): WrittenFooter {
  const records = new ContentRecords();
  const segments = written.map(({ target, segment, contents }, at): PackSegment => {
    for (const { contentId, ...place } of placesIn(segment, contents)) {
      records.add({ contentId, segment: at, ...place });
    }
    const { id, offset, frames } = segment;
    return { id, kind: 'data', offset, frames, keyId: target.keyId, objectId: target.objectId };
  });
  return { pack, segments, records: records.parts() };
}
