import { createHash } from 'node:crypto';
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
  type TestRepository,
} from '../../../test/repository/test-repository.ts';
import { utf8 } from '../bytes.ts';
import { checkRepository } from '../check/check-repository.ts';
import { PackMarker } from '../garbage/pack-marker.ts';
import { rootsOf } from '../log/state/roots.ts';
import type { PointReader } from '../point/point-reader.ts';
import type { Repository } from '../repository.ts';
import { foreseeMaintenance, type Maintained, maintainRepository } from './maintain-repository.ts';

const dayMs = 86_400_000;
const jobId = 'job';

interface Change {
  readonly object: 'a' | 'b';
  readonly item: string;
  /** Undefined: removed. */
  readonly bytes: number | undefined;
}

interface Step {
  readonly changes: readonly Change[];
  readonly days: number;
  readonly keepLast: number;
  /** Pin the newest point, and read it until the end. */
  readonly pins: boolean;
}

/** Object → item → seed of its content. */
type Model = ReadonlyMap<string, ReadonlyMap<string, string>>;

const change: fc.Arbitrary<Change> = fc.record({
  object: fc.constantFrom('a' as const, 'b' as const),
  item: fc.constantFrom('1', '2', '3', '4', '5'),
  bytes: fc.constantFrom(undefined, 50, 20_000, 20_000, 20_000, 1_100_000),
});

const step: fc.Arbitrary<Step> = fc.record({
  changes: fc.uniqueArray(change, {
    minLength: 1,
    maxLength: 5,
    selector: ({ object, item }) => object + item,
  }),
  days: fc.integer({ min: 1, max: 9 }),
  keepLast: fc.integer({ min: 1, max: 3 }),
  pins: fc.boolean(),
});

const limits = {
  ...{ deadShareMin: 0.1, smallBytes: 500_000, smallPacksMin: 2 },
  ...{ bytesMax: 2_500_000, segmentsMax: 1_000 },
};

/** Writes the changes, and answers what the new point shows. */
async function backUp(
  repository: Repository,
  sessionId: string,
  { changes, model }: { readonly changes: readonly Change[]; readonly model: Model },
): Promise<Model> {
  const next = new Map(model);
  const session = await repository.beginSession({ jobId, sessionId, attempt: 1 });
  for (const object of new Set(changes.map((each) => each.object))) {
    const items = new Map(next.get(object));
    const writer = await session.object(anObject(object));
    for (const { item, bytes } of changes.filter((each) => each.object === object)) {
      if (bytes === undefined) await writer.removeItem(item);
      else await writer.putItem(anItem(item), someBytes(`${sessionId}-${item}`, bytes));
      if (bytes === undefined) items.delete(item);
      else items.set(item, `${sessionId}-${item}:${bytes}`);
    }
    await writer.finish({ syncState: utf8(sessionId), mode: 'incremental', counts: {} });
    next.set(object, items);
  }
  await session.commit({ done: true });
  return next;
}

async function shown(point: PointReader): Promise<Model> {
  const model = new Map<string, Map<string, string>>();
  for await (const { objectId } of point.objects()) {
    const items = new Map<string, string>();
    const reader = await point.object(objectId);
    for await (const { item, failure, content } of reader.readInPackOrder()) {
      if (failure !== undefined) throw failure;
      items.set(item.itemId, digestOf(await collected(content())));
    }
    model.set(objectId, items);
  }
  return model;
}

const digests = new Map<string, string>();

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function contentOf(seed: string): string {
  const known = digests.get(seed);
  if (known !== undefined) return known;
  const [name = '', bytes] = seed.split(':');
  const digest = digestOf(someBytes(name, Number(bytes)));
  digests.set(seed, digest);
  return digest;
}

async function assertShows(point: PointReader, model: Model): Promise<void> {
  const actual = await shown(point);
  for (const [object, items] of model) {
    const expected = new Map([...items].map(([item, seed]) => [item, contentOf(seed)]));
    expect(new Set(actual.get(object)?.keys())).toEqual(new Set(expected.keys()));
    for (const [item, content] of expected) {
      expect(actual.get(object)?.get(item) === content, `${object}/${item}`).toBe(true);
    }
  }
}

function maintain(repository: Repository, sessionId: string, keepLast: number) {
  return maintainRepository(repository.context, {
    ...{ sessionId, limits },
    policyOf: () => ({ policy: { type: 'snapshot', keepLast }, isAbandoned: false }),
  });
}

function packBytes({ store }: TestRepository): number {
  const names = [...store.names('packs/'), ...store.names('meta/')];
  return names.reduce((bytes, name) => bytes + store.bytes(name).length, 0);
}

const bytesOf = (each: Maintained['swept']) => each.reduce((sum, { bytes }) => sum + bytes, 0);

/** A repository, what its points must show, and readers that pinned some of them. */
class Played {
  readonly #stored: TestRepository;
  readonly #models = new Map<string, Model>();
  readonly #pinned: { readonly point: PointReader; readonly model: Model }[] = [];
  #repository: Repository;
  #model: Model = new Map();
  #newest = '';

  private constructor(stored: TestRepository, repository: Repository) {
    this.#stored = stored;
    this.#repository = repository;
  }

  static async begin(): Promise<Played> {
    const stored = await aRepository();
    return new Played(stored, await owned(stored));
  }

  async step({ changes, days, keepLast, pins }: Step, at: number): Promise<void> {
    this.#newest = `s${at}`;
    this.#model = await backUp(this.#repository, this.#newest, { changes, model: this.#model });
    this.#models.set(this.#newest, this.#model);
    if (pins) await this.#pin(`pin-${at}`);
    this.#stored.store.advance(days * dayMs);
    await maintain(this.#repository, `m${at}`, keepLast);
    await this.#assertPoints();
    if (at % 2 === 1) this.#repository = await owned(this.#stored);
  }

  /** A reader of its own, that reads the log no more unless it has to. */
  async #pin(pinId: string): Promise<void> {
    const name = { jobId, pointId: this.#newest };
    await this.#repository.pin(pinId, name, this.#repository.log.state.headAtMs + 400 * dayMs);
    const point = await (await opened(this.#stored)).openPoint(name);
    this.#pinned.push({ point, model: this.#model });
  }

  async #assertPoints(): Promise<void> {
    const points = this.#repository.restorePoints(jobId).map(({ pointId }) => pointId);
    expect(points.at(-1)).toBe(this.#newest);
    for (const pointId of points) {
      const point = await (await opened(this.#stored)).openPoint({ jobId, pointId });
      await assertShows(point, this.#models.get(pointId) ?? new Map());
    }
  }

  async assertPinned(): Promise<void> {
    for (const { point, model } of this.#pinned) await assertShows(point, model);
  }

  /** All pins run out, and everything but the newest point goes. */
  async comeToRest(): Promise<void> {
    const { store } = this.#stored;
    store.advance(500 * dayMs);
    for (let round = 0; round < 6; round += 1) {
      const before = packBytes(this.#stored);
      const { swept, consolidated } = await maintain(this.#repository, `end-${round}`, 1);
      const written = packBytes(this.#stored) - before + bytesOf(swept);
      expect(written).toBeGreaterThanOrEqual(consolidated.writtenBytes);
      if (consolidated.packs === 0) expect(written).toBe(0);
      store.advance(8 * dayMs);
    }
  }

  async assertNoGarbage(): Promise<void> {
    const { context } = this.#repository;
    const { state } = context.log;
    const needed = await new PackMarker(context).referencedPacks(rootsOf(state), state);
    const { store } = this.#stored;
    const stored = [...store.names('packs/'), ...store.names('meta/')];
    expect(stored.sort()).toEqual([...needed].sort());
    await this.#assertPoints();
    for await (const finding of checkRepository(this.#repository, { readData: true })) {
      expect(finding).toBeUndefined();
    }
  }
}

describe('maintainRepository, against a plain model', () => {
  it('changes nothing that a point or a pin shows, and leaves nothing that none does', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 5 }), async (steps) => {
        const played = await Played.begin();
        for (const [at, each] of steps.entries()) await played.step(each, at);
        await played.assertPinned();
        await played.comeToRest();
        await played.assertNoGarbage();
      }),
      { numRuns: 6 },
    );
  });

  it('leaves what is locked, says so, and deletes it when the lock is over', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const changes = [{ object: 'a' as const, item: '1', bytes: 1_200_000 }];
    await backUp(repository, 's1', { changes, model: new Map() });
    const locked = [...stored.store.names('packs/')];
    for (const name of locked) stored.store.lock(name, 30 * dayMs);
    await backUp(repository, 's2', { changes, model: new Map() });
    const policyOf = () => ({
      policy: { type: 'snapshot' as const, keepLast: 1 },
      isAbandoned: false,
    });
    const { points, frees } = await foreseeMaintenance(repository.context, { policyOf });
    expect(points.map(({ pointId }) => pointId)).toEqual(['s1']);
    const { head } = repository.log.state;
    expect(frees[0]?.bytes).toBeGreaterThan(1_200_000);
    expect((frees[0]?.atMs ?? 0) - repository.log.state.headAtMs).toBeGreaterThan(29 * dayMs);
    expect(repository.log.state.head).toBe(head);
    await maintain(repository, 'm1', 1);
    stored.store.advance(8 * dayMs);
    const due = await maintain(repository, 'm2', 1);
    expect(due.kept[0]).toMatchObject({ storageClass: 'hot', packs: locked.length });
    stored.store.advance(30 * dayMs);
    const { swept } = await maintain(repository, 'm3', 1);
    expect(bytesOf(swept)).toBe(due.kept[0]?.bytes);
  });

  it('lets what a job that is gone had stored age out entirely', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const changes = [{ object: 'a' as const, item: '1', bytes: 40_000 }];
    await backUp(repository, 's1', { changes, model: new Map() });
    stored.store.advance(31 * dayMs);
    for (let round = 0; round < 3; round += 1) {
      await maintainRepository(repository.context, {
        sessionId: `m${round}`,
        policyOf: () => ({
          policy: { type: 'snapshot', keepFor: { count: 30, unit: 'days' } },
          isAbandoned: true,
        }),
      });
      stored.store.advance(8 * dayMs);
    }
    expect(repository.restorePoints(jobId)).toEqual([]);
    expect([...stored.store.names('packs/'), ...stored.store.names('meta/')]).toEqual([]);
  });

  it('shows, keeps and copies no item that is older than an item-level policy allows', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const nowMs = 1_000 * dayMs;
    stored.store.advance(nowMs);
    const dates = { old: 100, young: 10 };
    const write = async (sessionId: string, daysAgo: Readonly<Record<string, number>>) => {
      const session = await repository.beginSession({ jobId, sessionId, attempt: 1 });
      const writer = await session.object(anObject('a'));
      for (const [item, days] of Object.entries(daysAgo)) {
        const date = new Date(nowMs - days * dayMs).toISOString();
        await writer.putItem(anItem(item, { date }), someBytes(item, 300_000));
      }
      await writer.finish({ syncState: utf8(sessionId), mode: 'incremental', counts: {} });
      await session.commit({ done: true });
    };
    const itemsOf = async (pointId: string) => {
      const point = await repository.openPoint({ jobId, pointId });
      return [...((await shown(point)).get('a')?.keys() ?? [])].sort();
    };
    const run = (sessionId: string) =>
      maintainRepository(repository.context, {
        sessionId,
        policyOf: () => ({
          policy: { type: 'item', keepFor: { count: 30, unit: 'days' } },
          isAbandoned: false,
        }),
      });
    await write('s1', dates);
    expect(await itemsOf('s1')).toEqual(['old', 'young']);
    await run('m1');
    expect(await itemsOf('s1')).toEqual(['young']);
    await write('s2', { newest: 1 });
    expect(await itemsOf('s2')).toEqual(['newest', 'young']);
    const point = await repository.openPoint({ jobId, pointId: 's2' });
    expect((await point.object('a')).object.items).toBe(2);
  });

  it('shows what a pin keeps after the point has expired', async () => {
    const stored = await aRepository();
    const repository = await owned(stored);
    const changes = [{ object: 'a' as const, item: '1', bytes: 20_000 }];
    const model = await backUp(repository, 's1', { changes, model: new Map() });
    const untilMs = repository.log.state.headAtMs + 100 * dayMs;
    await repository.pin('copy', { jobId, pointId: 's1' }, untilMs);
    await backUp(repository, 's2', { changes, model });
    await maintain(repository, 'm1', 1);
    const name = { jobId, pointId: 's1' };
    await expect(repository.openPoint(name)).rejects.toMatchObject({ code: 'E_POINT_NOT_FOUND' });
    await assertShows(await repository.openPoint({ ...name, pinId: 'copy' }), model);
  });
});
