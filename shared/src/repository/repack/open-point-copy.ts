import { invariant } from '../../errors/invariant.ts';
import { isDamage } from '../damaged.ts';
import type { PointReader } from '../point/point-reader.ts';
import { StoredPointReader } from '../point/stored-point-reader.ts';
import type { RepositorySession } from '../session/repository-session.ts';
import { StoredSession } from '../session/stored-session.ts';
import { ObjectCopy } from './object-copy.ts';
import { ObjectPlan } from './object-plan.ts';
import { decodeResult, encodePlan, type RepackDamage, type RepackPlan } from './plan-codec.ts';
import type { Accepted, CopiedObject, Damage, PointCopy, RepackTask } from './point-copy.ts';
import { TaskBuilder } from './task-builder.ts';

export interface CopyPoint {
  /** Pinned for as long as the copy lasts. */
  readonly source: PointReader;
  readonly target: RepositorySession;
  /** Of the target's packs; 128 MiB on Azure, 256 MiB else. */
  readonly packBytes: number;
}

/** An object that ends with less than this in the open pack lets the next one share it. */
const ownPackBytesMin = 16 * 1024 * 1024;

interface OpenTask {
  readonly plan: RepackPlan;
  readonly itemIds: readonly string[];
  readonly copies: readonly ObjectCopy[];
}

/** @param options both of repositories that this process has opened */
export async function openPointCopy(options: CopyPoint): Promise<PointCopy> {
  const { source, target, packBytes } = options;
  invariant(source instanceof StoredPointReader, 'the source is a point of a repository');
  invariant(target instanceof StoredSession, 'the target is a session of a repository');
  return new StoredPointCopy(source, target, packBytes);
}

class StoredPointCopy implements PointCopy {
  readonly #source: StoredPointReader;
  readonly #session: StoredSession;
  readonly #packBytes: number;
  readonly #openTasks = new Map<number, OpenTask>();
  readonly #secretsKept = new Set<string>();
  #finished: CopiedObject[] = [];
  #tasks = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(source: StoredPointReader, session: StoredSession, packBytes: number) {
    this.#source = source;
    this.#session = session;
    this.#packBytes = packBytes;
  }

  async *tasks(): AsyncGenerator<RepackTask> {
    let builder = this.#newBuilder();
    let copies: ObjectCopy[] = [];
    for (const objectId of this.#source.objectIds) {
      const copy = await this.#openCopy(objectId);
      if (copy === undefined) continue;
      const { contentIds } = copy.plan.source.record;
      for await (const needed of copy.plan.contents()) {
        if (builder.isFull) {
          yield await this.#task(builder, copies);
          builder = this.#newBuilder();
          copies = [];
        }
        if (copies.at(-1) !== copy) {
          copies.push(copy);
          copy.openTasks += 1;
        }
        const { key } = await copy.writer();
        await builder.add({ objectId, key, contentIds }, needed);
      }
      if (builder.sealedBytes >= ownPackBytesMin) {
        yield await this.#task(builder, copies);
        builder = this.#newBuilder();
        copies = [];
      }
      await this.#planned(copy);
    }
    if (builder.contents > 0) yield await this.#task(builder, copies);
  }

  accept(taskNumber: number, manifest: Uint8Array): Promise<Accepted> {
    return this.#inTurn(() => this.#accept(taskNumber, manifest));
  }

  takeFinished(): readonly CopiedObject[] {
    return this.#finished.splice(0);
  }

  /** Undefined: nothing to do for this object. */
  async #openCopy(objectId: string): Promise<ObjectCopy | undefined> {
    if (this.#session.committedObjects.has(objectId)) return undefined;
    try {
      return await this.#preparedCopy(objectId);
    } catch (error) {
      // One object that cannot be read keeps no other one from being copied.
      if (!isDamage(error)) throw error;
      const nothing = { items: 0, damagedItems: 0, bytes: 0 };
      const failed = { objectId, displayName: objectId, status: 'failed' } as const;
      this.#finished.push({ ...failed, ...nothing, failure: error });
      return undefined;
    }
  }

  async #preparedCopy(objectId: string): Promise<ObjectCopy | undefined> {
    const source = await this.#source.object(objectId);
    const base = await this.#session.base(objectId);
    const plan = new ObjectPlan(source.state, base, source.itemsSinceMs);
    if (!(await plan.isNeeded())) {
      this.#session.unchanged(objectId);
      const { displayName } = source.object;
      const nothing = { items: 0, damagedItems: 0, bytes: 0 };
      this.#finished.push({ objectId, displayName, status: 'unchanged', ...nothing });
      return undefined;
    }
    await plan.prepare();
    await this.#keepSecret(source.state.record.contentIds);
    return new ObjectCopy({ source, session: this.#session, plan });
  }

  /** Content keeps its id: the copy can tell what it has, and check what it reads. */
  async #keepSecret(repositoryId: string): Promise<void> {
    if (this.#secretsKept.has(repositoryId)) return;
    const secret = await this.#source.context.keys.contentIdSecret(repositoryId);
    await this.#session.context.keys.keepContentIdSecret(repositoryId, secret);
    this.#secretsKept.add(repositoryId);
  }

  async #planned(copy: ObjectCopy): Promise<void> {
    copy.isPlanned = true;
    if (!copy.isReady) return;
    await this.#inTurn(async () => {
      this.#finished.push(await copy.finish());
    });
  }

  async #task(builder: TaskBuilder, copies: readonly ObjectCopy[]): Promise<RepackTask> {
    this.#tasks += 1;
    const number = this.#tasks;
    const plan = await builder.build();
    this.#openTasks.set(number, { plan, itemIds: builder.itemIds, copies });
    return {
      number,
      plan: await encodePlan(this.#session.context.ports.compute, plan),
      bytes: builder.bytes,
      contents: builder.contents,
      objectIds: builder.objectIds,
    };
  }

  async #accept(taskNumber: number, manifest: Uint8Array): Promise<Accepted> {
    const task = this.#openTasks.get(taskNumber);
    // A worker that was thought lost may come second.
    if (task === undefined) return { finished: [], damaged: [] };
    const result = await decodeResult(this.#session.context.ports.compute, manifest);
    const missing = new Set(result.damaged.flatMap(({ contents }) => contents));
    for (const segment of result.segments) {
      const copy = task.copies[segment.target];
      const target = task.plan.targets[segment.target];
      invariant(
        copy !== undefined && target !== undefined,
        'a manifest names a target of its plan',
      );
      const contents = contentsOf(task.plan, segment.target).filter((at) => !missing.has(at));
      const planned = contents.flatMap((at) => task.plan.contents[at] ?? []);
      await copy.accept(result, target, { segment, contents: planned });
    }
    await this.#source.context.sharedChunks.forgetPacks(result.damaged.map(({ pack }) => pack));
    this.#session.packs.countPack(result.packLength);
    this.#openTasks.delete(taskNumber);
    const finished = await finishReady(task.copies);
    return { finished, damaged: result.damaged.flatMap((damage) => damages(task, damage)) };
  }

  #newBuilder(): TaskBuilder {
    return new TaskBuilder({
      source: this.#source.context,
      target: this.#session.context,
      namePrefix: this.#session.packs.namePrefix('packs'),
      packBytes: this.#packBytes,
    });
  }

  #inTurn<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(operation);
    this.#turn = result.catch(() => {});
    return result;
  }
}

async function finishReady(copies: readonly ObjectCopy[]): Promise<CopiedObject[]> {
  const finished: CopiedObject[] = [];
  for (const copy of copies) {
    copy.openTasks -= 1;
    if (copy.isReady) finished.push(await copy.finish());
  }
  return finished;
}

/** Positions of a target's contents in the plan. */
function contentsOf(plan: RepackPlan, target: number): number[] {
  const first = plan.targets.slice(0, target).reduce((sum, { contents }) => sum + contents, 0);
  const count = plan.targets[target]?.contents ?? 0;
  return Array.from({ length: count }, (_, at) => first + at);
}

/** One damage of a pack may concern several objects. */
function damages({ plan, itemIds }: OpenTask, damage: RepackDamage): Damage[] {
  const { pack, message } = damage;
  const missing = new Set(damage.contents);
  return plan.targets.flatMap(({ objectId }, target) => {
    const contents = contentsOf(plan, target).filter((at) => missing.has(at));
    const items = [...new Set(contents.flatMap((at) => itemIds[at] ?? []))];
    return items.length === 0 ? [] : [{ pack, objectId, itemIds: items, message }];
  });
}
