import type { AppError } from '@firn/shared/errors/app-error';
import type { CopyWork } from '@firn/shared/gen/firn/link/v1/work';
import { storageNowMs } from '@firn/shared/repository/log/garbage';
import { MaintenanceSession } from '@firn/shared/repository/maintenance/maintenance-session';
import type { PointReader } from '@firn/shared/repository/point/point-reader';
import { openPointCopy } from '@firn/shared/repository/repack/open-point-copy';
import type {
  Accepted,
  CopiedObject,
  CopyTask,
  Damage,
  PointCopy,
} from '@firn/shared/repository/repack/point-copy';
import type { Repository } from '@firn/shared/repository/repository';
import { sealTails } from '@firn/shared/repository/sealing/seal-tails';
import { storageClassOf } from '@firn/shared/rpc/storage-class';
import type { RepackExecutor } from '../../ports/repack-executor.ts';
import { objectResult } from '../end-of-object.ts';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import { required } from '../repositories.ts';
import type { SessionContext } from '../session-context.ts';
import { withPinned } from '../with-pinned.ts';
import { type WritingSession, withWritingSession } from '../writing-session.ts';
import { DamagedItems } from './damaged-items.ts';
import { makeLocalRepack } from './local-repack.ts';

/**
 * One session of a backup copy job: repacks a point of the source into the
 * target. The source point is pinned for as long as that takes. Killed and
 * started again it goes on behind what was committed; packs that no commit
 * names are garbage.
 */
export async function runCopy(context: SessionContext, work: CopyWork): Promise<void> {
  const { repositories, secrets, signal, clock } = context;
  const source = await repositories.owned(work.source, secrets, signal);
  const target = await repositories.owned(work.target, secrets, signal);
  const point = { jobId: work.sourceJobId, pointId: work.restorePointId };
  const pinned = { repository: source, pinId: pinOf(context), point, clock, signal };
  await withPinned(pinned, () => copyPoint(context, { work, source, target }));
}

function pinOf({ key }: SessionContext): string {
  return `copy-${key.sessionId}`;
}

interface CopyBetween {
  readonly work: CopyWork;
  readonly source: Repository;
  readonly target: Repository;
}

async function copyPoint(
  context: SessionContext,
  { work, source, target }: CopyBetween,
): Promise<void> {
  const executor = work.byAppliance ? context.remoteRepack() : makeLocalRepack(context, work);
  await withWritingSession(context, { repository: target, jobId: work.jobId }, async (writing) => {
    const point = await source.openPoint({
      jobId: work.sourceJobId,
      pointId: work.restorePointId,
      pinId: pinOf(context),
    });
    const packBytes = Number(work.packBytes);
    const storageClass = storageClassOf(required(work.target?.storage, 'storage'));
    const onNotComposed = async (reason: AppError) => {
      const message = `the storage does not put packs together, they are repacked: ${reason.message}`;
      await context.events.log('info', message);
    };
    const ends = { source: point, target: writing.session };
    const copy = await openPointCopy({ ...ends, packBytes, storageClass, onNotComposed });
    const run = new CopyRun({ writing, point, copy, executor });
    await run.tasks();
    await run.told();
  });
  await executor.finish();
  if (work.seal) await sealAll(context, { work, target });
}

/** Whoever asks for it wants no part of the copy to stay hot. Safe to repeat. */
async function sealAll(
  { key, signal, progress, events }: SessionContext,
  { work, target }: Pick<CopyBetween, 'work' | 'target'>,
): Promise<void> {
  progress.set({ phase: 'sealing' });
  const { context } = target;
  const storageClass = storageClassOf(required(work.target?.storage, 'storage'));
  if (storageClass === 'hot') return;
  const sealing = { storageClass, packBytes: Number(work.packBytes), all: true };
  const sessionId = `${key.sessionId}-seal-${key.attempt}`;
  const nowMs = await storageNowMs(context.ports.store);
  const sealed = await MaintenanceSession.run(context, { sessionId, signal }, (session) =>
    sealTails(context, { ...sealing, session, liveBytes: 0, nowMs, signal }),
  );
  await events.log('info', `${sealed.packs} packs of tails sealed`);
}

interface CopyRunOptions {
  readonly writing: WritingSession;
  readonly point: PointReader;
  readonly copy: PointCopy;
  readonly executor: RepackExecutor;
}

class CopyRun {
  readonly #options: CopyRunOptions;
  readonly #damaged: DamagedItems;
  #packsDone = 0;
  #packsMade = 0;

  constructor(options: CopyRunOptions) {
    this.#options = options;
    this.#damaged = new DamagedItems(options.point);
  }

  async tasks(): Promise<void> {
    const { copy, executor, writing } = this.#options;
    writing.context.progress.set({ phase: 'repacking' });
    writing.context.progress.set({ objectsTotal: this.#options.point.objectIds.length });
    await forEachConcurrent(this.#made(copy.tasks()), executor.concurrency, (task) =>
      this.#task(task),
    );
    writing.context.progress.set({ packsTotal: this.#packsMade, phase: 'committing' });
  }

  /** Objects that needed no task. */
  async told(): Promise<void> {
    for (const object of this.#options.copy.takeFinished()) await this.#finished(object);
  }

  async *#made(tasks: AsyncIterable<CopyTask>): AsyncGenerator<CopyTask> {
    for await (const task of tasks) {
      this.#packsMade += 1;
      yield task;
      await this.told();
    }
  }

  async #task(task: CopyTask): Promise<void> {
    const { context } = this.#options.writing;
    context.signal.throwIfAborted();
    const accepted = await this.#done(task, context.signal);
    this.#packsDone += 1;
    context.progress.set({ packs: this.#packsDone });
    context.progress.add({ bytes: task.bytes });
    await this.#tellDamage(accepted);
    for (const object of accepted.finished) await this.#finished(object);
  }

  /** What the storage puts together needs no appliance. */
  async #done(task: CopyTask, signal: AbortSignal): Promise<Accepted> {
    const { executor, copy } = this.#options;
    if (task.type === 'compose') return copy.compose(task.number, signal);
    const manifest = await executor.execute(task, signal);
    signal.throwIfAborted();
    return copy.accept(task.number, manifest);
  }

  async #tellDamage({ damaged }: Accepted): Promise<void> {
    for (const damage of damaged) {
      this.#damaged.add(damage);
      await this.#options.writing.context.events.log('error', describe(damage));
    }
  }

  async #finished(copied: CopiedObject): Promise<void> {
    const { writing, point } = this.#options;
    const { events, progress } = writing.context;
    if (copied.failure !== undefined) return this.#failed(copied, copied.failure);
    const { object } = await point.object(copied.objectId);
    const failed = await this.#damaged.take(copied.objectId);
    const counts = { items: BigInt(copied.items), bytes: BigInt(copied.bytes) };
    const unchanged = copied.status === 'unchanged';
    await events.hold(objectResult({ object, counts, failed, unchanged }));
    progress.add({ objectsDone: 1, items: copied.items, itemsFailed: copied.damagedItems });
    progress.set({ current: copied.displayName });
  }

  /** Told at once, as no commit holds it; once only, also by a later attempt. */
  async #failed({ objectId, displayName }: CopiedObject, error: AppError): Promise<void> {
    const { events, progress } = this.#options.writing.context;
    if (await events.isTold(objectId)) return;
    const object = { objectId, displayName, kind: '', userPrincipalName: '' };
    await events.result(objectResult({ object, error }));
    progress.add({ objectsDone: 1 });
  }
}

function describe({ objectId, itemIds, message }: Damage): string {
  return `${itemIds.length} items of ${objectId} are damaged: ${message}`;
}
