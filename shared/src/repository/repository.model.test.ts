import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  anItem,
  anObject,
  aRepository,
  collected,
  opened,
  owned,
  someBytes,
} from '../../test/repository/test-repository.ts';
import { utf8 } from './bytes.ts';
import { checkRepository } from './check/check-repository.ts';
import type { PointReader } from './point/point-reader.ts';
import type { Repository } from './repository.ts';
import type { ObjectWriter } from './session/repository-session.ts';

/** What a point must show: object → item → folder, content, whether its newest state failed. */
type ModelItem = { readonly folderId: string; readonly seed: string; readonly failed: boolean };
type Model = ReadonlyMap<string, ReadonlyMap<string, ModelItem>>;

type Change =
  | { readonly type: 'put'; readonly item: string; readonly seed: string }
  | { readonly type: 'move' | 'remove' | 'fail'; readonly item: string };

interface ObjectChanges {
  readonly object: string;
  readonly changes: readonly Change[];
  readonly end: 'finish' | 'abandon';
}

interface Step {
  readonly objects: readonly ObjectChanges[];
  /** The process dies after this many commits and another one goes on. */
  readonly killed: boolean;
}

/** The first letter of the seed says how much content it stands for. */
const sizes: Readonly<Record<string, number>> = { n: 0, s: 40, m: 70_000, l: 1_100_000 };

const seeds = ['n0', 's1', 's2', 's3', 'm1', 'm2', 'l1'] as const;
const contents = new Map(
  seeds.map((seed) => [seed as string, someBytes(seed, sizes[seed.charAt(0)] ?? 0)]),
);

function contentOf(seed: string): Uint8Array {
  return contents.get(seed) ?? new Uint8Array();
}

function seedOf(content: Uint8Array): string {
  const found = [...contents].find(([, bytes]) => Buffer.compare(bytes, content) === 0);
  return found?.[0] ?? 'unknown';
}

const itemId = fc.constantFrom('i1', 'i2', 'i3', 'ä-4', 'i-5', '6');
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('put' as const),
      item: itemId,
      seed: fc.constantFrom(...seeds),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constantFrom('move' as const, 'remove' as const, 'fail' as const),
      item: itemId,
    }),
  },
);
const step: fc.Arbitrary<Step> = fc.record({
  objects: fc.uniqueArray(
    fc.record({
      object: fc.constantFrom('a', 'b', 'c'),
      changes: fc.array(change, { maxLength: 6 }),
      end: fc.constantFrom(
        'finish' as const,
        'finish' as const,
        'finish' as const,
        'abandon' as const,
      ),
    }),
    { maxLength: 3, selector: ({ object }) => object },
  ),
  killed: fc.boolean(),
});

function applied(
  items: ReadonlyMap<string, ModelItem>,
  changes: readonly Change[],
): Map<string, ModelItem> {
  const next = new Map(items);
  for (const each of changes) {
    const known = next.get(each.item);
    if (each.type === 'put')
      next.set(each.item, { folderId: 'inbox', seed: each.seed, failed: false });
    else if (each.type === 'remove') next.delete(each.item);
    else if (each.type === 'move') known && next.set(each.item, { ...known, folderId: 'moved' });
    else next.set(each.item, { ...(known ?? { folderId: 'inbox', seed: '' }), failed: true });
  }
  return next;
}

async function write(
  writer: ObjectWriter,
  items: ReadonlyMap<string, ModelItem>,
  changes: readonly Change[],
): Promise<void> {
  let known = new Map(items);
  for (const each of changes) {
    const row = anItem(each.item);
    if (each.type === 'put') await writer.putItem(row, contentOf(each.seed));
    else if (each.type === 'remove') await writer.removeItem(each.item);
    else if (each.type === 'fail') await writer.failItem(row, { code: 'E_X', message: 'no' });
    else if (known.has(each.item)) await writer.moveItem({ ...row, folderId: 'moved' });
    known = applied(known, [each]);
  }
}

async function shown(point: PointReader): Promise<Model> {
  const model = new Map<string, Map<string, ModelItem>>();
  for await (const { objectId, failedItems, items: count } of point.objects()) {
    const reader = await point.object(objectId);
    const items = new Map<string, ModelItem>();
    for await (const { item, failure, content } of reader.readInPackOrder()) {
      const seed = failure === undefined ? seedOf(await collected(content())) : '';
      const failed = item.failed !== undefined;
      items.set(item.itemId, { folderId: item.folderId, seed, failed });
    }
    expect(items.size).toBe(count);
    expect([...items.values()].filter(({ failed }) => failed).length).toBe(failedItems);
    model.set(objectId, items);
  }
  return model;
}

function comparable(model: Model): unknown {
  const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
    a < b ? -1 : 1;
  return [...model]
    .map(([object, items]) => [object, [...items].sort(byName)] as const)
    .sort(byName);
}

async function runStep(
  repository: Repository,
  { objects, killed }: Step,
  context: {
    readonly sessionId: string;
    readonly model: Model;
    readonly reopen: () => Promise<Repository>;
  },
): Promise<{ readonly repository: Repository; readonly model: Model }> {
  const { sessionId, reopen } = context;
  let current = repository;
  const begin = (attempt: number) => current.beginSession({ jobId: 'job', sessionId, attempt });
  let session = await begin(1);
  const model = new Map(context.model);
  for (const { object, changes, end } of objects) {
    const items = model.get(object) ?? new Map<string, ModelItem>();
    const writer = await session.object(anObject(object));
    await write(writer, items, changes);
    if (end === 'abandon') {
      await writer.abandon();
      continue;
    }
    await writer.finish({ syncState: utf8(sessionId), mode: 'incremental', counts: {} });
    model.set(object, applied(items, changes));
    await session.commit({ done: false });
    if (!killed) continue;
    current = await reopen();
    session = await begin(2);
    expect(session.committedObjects.has(object)).toBe(true);
  }
  await session.commit({ done: true });
  return { repository: current, model };
}

describe('random sessions', () => {
  it('every point shows what the model says, also after kills, and check finds nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
        const stored = await aRepository();
        let repository = await owned(stored);
        let model: Model = new Map();
        const expected: Model[] = [];
        for (const [at, each] of steps.entries()) {
          const context = { sessionId: `s${at}`, model, reopen: () => owned(stored) };
          ({ repository, model } = await runStep(repository, each, context));
          expected.push(model);
        }
        const reader = await opened(stored);
        for (const [at, each] of expected.entries()) {
          const point = await reader.openPoint({ jobId: 'job', pointId: `s${at}` });
          expect(comparable(await shown(point))).toEqual(comparable(each));
        }
        for await (const finding of checkRepository(reader, { readData: true })) {
          expect(finding).toBeUndefined();
        }
      }),
      { numRuns: 15 },
    );
  });
});
