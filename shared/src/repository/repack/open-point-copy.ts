import type { AppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import type { StorageClass } from '../../storage-class/storage-class.ts';
import { sum } from '../bytes.ts';
import { isDamage } from '../damaged.ts';
import { isTail } from '../log/names.ts';
import type { PointReader } from '../point/point-reader.ts';
import { StoredPointReader } from '../point/stored-point-reader.ts';
import type { RepositorySession } from '../session/repository-session.ts';
import { StoredSession } from '../session/stored-session.ts';
import { type AdoptedPack, AdoptedPacks } from './adopted-packs.ts';
import type { WrittenComposition } from './compose-pack.ts';
import type { ComposedPack } from './composed-pack.ts';
import { Compositions } from './compositions.ts';
import { ObjectCopy } from './object-copy.ts';
import { ObjectPlan } from './object-plan.ts';
import { footerOf, OpenTask, type WrittenTarget } from './open-task.ts';
import { PackSizes } from './pack-sizes.ts';
import { decodeResult, encodePlan, type RepackResult } from './plan-codec.ts';
import type {
  Accepted,
  ComposeTask,
  CopiedObject,
  CopyTask,
  PointCopy,
  RepackTask,
} from './point-copy.ts';
import { type FilledPack, Tape } from './tape.ts';
import { type TargetPack, TaskBuilder } from './task-builder.ts';

export interface CopyPoint {
  /** Pinned for as long as the copy lasts. */
  readonly source: PointReader;
  readonly target: RepositorySession;
  /** Of the target's packs; 128 MiB on Azure, 256 MiB else. */
  readonly packBytes: number;
  /** Of the target's packs. Tails are hot. */
  readonly storageClass: StorageClass;
  /** First copies of larger objects are put together by the storage, where it can. Default 1 GiB. */
  readonly composeBytesMin?: number | undefined;
  /** Told once, when it could and may not. */
  readonly onNotComposed?: ((reason: AppError) => Promise<void>) | undefined;
}

const composeBytesMinDefault = 1024 * 1024 * 1024;

interface StoredEnds extends Pick<CopyPoint, 'composeBytesMin' | 'onNotComposed'> {
  readonly source: StoredPointReader;
  readonly session: StoredSession;
  readonly packBytes: number;
  readonly storageClass: StorageClass;
  readonly adopted: AdoptedPacks;
}

/** @param options both of repositories that this process has opened */
export async function openPointCopy(options: CopyPoint): Promise<PointCopy> {
  const { source, target: session, ...settings } = options;
  invariant(source instanceof StoredPointReader, 'the source is a point of a repository');
  invariant(session instanceof StoredSession, 'the target is a session of a repository');
  const adopted = await AdoptedPacks.open(session.context, session);
  return new StoredPointCopy({ ...settings, source, session, adopted });
}

class StoredPointCopy implements PointCopy {
  readonly #ends: StoredEnds;
  readonly #source: StoredPointReader;
  readonly #session: StoredSession;
  readonly #sizes = new PackSizes();
  readonly #tape: Tape;
  readonly #compositions: Compositions;
  readonly #openTasks = new Map<number, OpenTask>();
  readonly #composedPacks = new Map<number, ComposedPack>();
  readonly #secretsKept = new Set<string>();
  #finished: CopiedObject[] = [];
  #tasks = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(ends: StoredEnds) {
    const { source, session, packBytes, storageClass } = ends;
    this.#ends = ends;
    this.#source = source;
    this.#session = session;
    const contexts = { source: source.context, target: session.context };
    this.#tape = new Tape({
      newBuilder: () => new TaskBuilder(contexts),
      sizes: this.#sizes,
      packBytes,
      hasTails: storageClass !== 'hot',
    });
    this.#compositions = new Compositions({
      ...{ ...contexts, packBytes },
      objectBytesMin: ends.composeBytesMin ?? composeBytesMinDefault,
      onRefused: ends.onNotComposed ?? (async () => {}),
    });
  }

  async *tasks(): AsyncGenerator<CopyTask> {
    const compositions = this.#compositions;
    for (const objectId of this.#source.objectIds) {
      const copy = await this.#openCopy(objectId);
      if (copy === undefined) continue;
      for await (const pack of compositions.add(copy)) yield this.#composeTask(pack);
      yield* this.#repack(this.#tape.add(copy, compositions.others(copy)));
      if (!compositions.has(copy)) await this.#planned(copy);
    }
    for (const pack of compositions.end()) yield this.#composeTask(pack);
    await compositions.settled();
    for (const copy of compositions.copies) {
      yield* this.#repack(this.#tape.add(copy, compositions.refusedOf(copy)));
      await this.#planned(copy);
    }
    yield* this.#repack(this.#tape.end());
  }

  async *#repack(packs: AsyncIterable<FilledPack>): AsyncGenerator<RepackTask> {
    for await (const pack of packs) yield await this.#task(pack);
  }

  accept(taskNumber: number, manifest: Uint8Array): Promise<Accepted> {
    return this.#inTurn(() => this.#accept(taskNumber, manifest));
  }

  async compose(taskNumber: number, signal?: AbortSignal): Promise<Accepted> {
    const pack = this.#composedPacks.get(taskNumber);
    if (pack === undefined) return { finished: [], damaged: [] };
    const target = { ...this.#targetOf(pack.isTail), signal };
    const written = await this.#compositions.compose(pack, target);
    const finished = await this.#inTurn(async () => {
      if (written !== undefined) await this.#composed(pack, written);
      this.#composedPacks.delete(taskNumber);
      return finishReady(pack.copies);
    });
    this.#compositions.ended(pack);
    return { finished, damaged: [] };
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
    const adopted = await this.#adopted(objectId);
    return new ObjectCopy({ source, session: this.#session, plan, adopted });
  }

  async #adopted(objectId: string): Promise<readonly AdoptedPack[]> {
    const { adopted } = this.#ends;
    const keyId = adopted.keyIdOf(objectId);
    if (keyId === undefined) return [];
    await this.#session.adoptKey(objectId, keyId);
    return adopted.of(objectId);
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

  async #task({ builder, copies, isTail }: FilledPack): Promise<RepackTask> {
    this.#tasks += 1;
    const number = this.#tasks;
    const plan = await builder.build(this.#targetOf(isTail));
    this.#openTasks.set(number, new OpenTask({ plan, builder, copies }));
    return {
      ...{ type: 'repack', number },
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
    const written = task.written(result);
    await this.#noteWritten(result, written);
    for (const { copy, target, segment, contents } of written) {
      await copy.accept(result, target, { segment, contents });
    }
    await this.#source.context.sharedChunks.forgetPacks(result.damaged.map(({ pack }) => pack));
    this.#openTasks.delete(taskNumber);
    this.#sizes.note(task.plannedBytes, result.packLength);
    const finished = await finishReady(task.copies);
    return { finished, damaged: task.damages(result) };
  }

  async #noteWritten(result: RepackResult, written: readonly WrittenTarget[]): Promise<void> {
    const { packs } = this.#session;
    packs.countPack(result.packLength);
    if (!isTail(result.pack)) await packs.putManifest(footerOf(result.pack, written));
  }

  #composeTask(pack: ComposedPack): ComposeTask {
    this.#tasks += 1;
    const number = this.#tasks;
    this.#composedPacks.set(number, pack);
    const contents = sum(
      pack.runs.flatMap(({ stored }) => stored.map((each) => each.contents.length)),
    );
    const objectIds = [...pack.copies].map(({ objectId }) => objectId);
    return { type: 'compose', number, bytes: pack.bytes, contents, objectIds };
  }

  async #composed(
    { isTail: hasNoManifest }: ComposedPack,
    { footer, packLength, segments }: WrittenComposition,
  ): Promise<void> {
    const { packs } = this.#session;
    packs.countPack(packLength);
    if (!hasNoManifest) await packs.putManifest(footer);
    for (const [copy, stored] of segments) {
      await copy.acceptSegments({ pack: footer.pack, packLength }, stored);
      const contents = stored.flatMap((each) => each.contents);
      copy.countBytes(sum(contents.map(([, { length }]) => length)));
    }
  }

  #targetOf(isTailPack: boolean): TargetPack {
    return {
      namePrefix: this.#session.packs.namePrefix(isTailPack ? 'tails' : 'packs'),
      storageClass: isTailPack ? 'hot' : this.#ends.storageClass,
    };
  }

  #inTurn<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(operation);
    this.#turn = result.catch(() => {});
    return result;
  }
}

async function finishReady(copies: Iterable<ObjectCopy>): Promise<CopiedObject[]> {
  const finished: CopiedObject[] = [];
  for (const copy of copies) {
    copy.openTasks -= 1;
    if (copy.isReady) finished.push(await copy.finish());
  }
  return finished;
}
