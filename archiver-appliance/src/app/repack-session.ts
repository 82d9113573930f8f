import { ProgressMeter } from '@firn/shared/bus/progress-meter';
import { AppError } from '@firn/shared/errors/app-error';
import type { Assignment, RepackTask } from '@firn/shared/gen/firn/link/v1/link';
import type { StorageRef } from '@firn/shared/gen/firn/link/v1/work';
import { concatBytes } from '@firn/shared/repository/bytes';
import type { BlobStore, Compute, Entropy } from '@firn/shared/repository/ports';
import { executeRepackTask } from '@firn/shared/repository/repack/execute-repack-task';
import type { SendOnLink } from '@firn/shared/rpc/link/run-link';
import { toProblem } from '@firn/shared/rpc/problem';
import type { StorageCredentials } from '@firn/shared/rpc/storage-credentials';
import type { BoxOpener } from '../ports/box-opener.ts';
import type { Storages } from '../ports/storages.ts';
import { PlanParts, type WholeTask } from './plan-parts.ts';

export interface RepackSessionOptions {
  readonly assignment: Assignment;
  readonly storages: Storages;
  readonly credentials: StorageCredentials;
  readonly boxes: BoxOpener;
  readonly compute: Compute;
  readonly entropy: Entropy;
  readonly taskConcurrency: number;
  readonly send: SendOnLink;
  readonly signal: AbortSignal;
}

type Result = Extract<Parameters<SendOnLink>[0], { $case: 'repackResult' }>['value'];

/** Results that are kept, in case the link lost them. */
const resultsMax = 16;

/**
 * The work of one assignment. Tasks run as they come, a few at a time;
 * one that comes again is answered from memory, or done again: its pack then
 * has another name, and the owner takes the first manifest.
 *
 *     working ──last task──► finishing ──all results sent──► finished
 */
export class RepackSession {
  readonly meter: ProgressMeter;
  readonly #options: RepackSessionOptions;
  readonly #source: BlobStore;
  readonly #target: BlobStore;
  readonly #parts = new PlanParts();
  readonly #waiting: WholeTask[] = [];
  readonly #running = new Map<number, Promise<void>>();
  /** By task number, oldest first. */
  readonly #results = new Map<number, Result>();
  readonly #finished = Promise.withResolvers<void>();
  #isLast = false;
  #isDraining = false;

  constructor(options: RepackSessionOptions) {
    const { assignment } = options;
    const work = assignment.work?.work;
    const refs = work?.$case === 'repack' ? work.value : undefined;
    if (refs?.source === undefined || refs.target === undefined) {
      throw new AppError('E_WORK_UNKNOWN', 'an appliance repacks and does nothing else');
    }
    this.#options = options;
    this.#source = this.#open(refs.source);
    this.#target = this.#open(refs.target);
    this.meter = new ProgressMeter(assignment);
    this.meter.set({ phase: 'repacking' });
  }

  /** Resolves when the last task's result was sent; rejects when a link error was not the cause. */
  get finished(): Promise<void> {
    return this.#finished.promise;
  }

  /** Takes no more tasks, and forgets those that wait. Resolves when those under way are told. */
  async drain(): Promise<void> {
    this.#isDraining = true;
    this.#waiting.length = 0;
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  task(task: RepackTask): void {
    if (task.last) {
      this.#isLast = true;
      this.#next();
      return;
    }
    const known = this.#results.get(task.taskNumber);
    if (known !== undefined) {
      this.#tell(known);
      return;
    }
    if (this.#isDraining) return;
    const whole = this.#isUnderWay(task.taskNumber) ? undefined : this.#parts.add(task);
    if (whole === undefined) return;
    this.#waiting.push(whole);
    this.#next();
  }

  #isUnderWay(taskNumber: number): boolean {
    const isWaiting = this.#waiting.some((each) => each.taskNumber === taskNumber);
    return isWaiting || this.#running.has(taskNumber);
  }

  #next(): void {
    while (this.#running.size < this.#options.taskConcurrency) {
      const task = this.#waiting.shift();
      if (task === undefined) break;
      const done = this.#run(task).catch(this.#finished.reject);
      this.#running.set(task.taskNumber, done);
    }
    const isIdle = this.#isLast && !this.#isDraining && this.#running.size === 0;
    if (isIdle) this.#finished.resolve();
  }

  async #run(task: WholeTask): Promise<void> {
    const result = await this.#execute(task);
    this.#running.delete(task.taskNumber);
    if (this.#options.signal.aborted) return;
    this.#keep(result);
    this.#tell(result);
    this.#next();
  }

  async #execute({ sessionId, attempt, taskNumber, plan }: WholeTask): Promise<Result> {
    const key = { sessionId, attempt, taskNumber };
    try {
      const manifest = await this.#repack(plan);
      this.meter.add({ packs: 1 });
      return { ...key, manifest: Buffer.from(manifest), problem: undefined };
    } catch (error) {
      return { ...key, manifest: Buffer.alloc(0), problem: toProblem(error) };
    }
  }

  #repack(plan: WholeTask['plan']): Promise<Uint8Array> {
    const { boxes, compute, entropy, signal } = this.#options;
    if (plan.length === 0) throw new AppError('E_WORK_UNKNOWN', 'the task has no plan');
    return executeRepackTask({
      sourceStore: this.#source,
      targetStore: this.#target,
      plan: concatBytes(plan.map((box) => boxes.open(box))),
      compute,
      entropy,
      signal,
      onProgress: (bytes) => this.meter.add({ bytes }),
    });
  }

  #keep(result: Result): void {
    this.#results.set(result.taskNumber, result);
    const [oldest] = this.#results.keys();
    if (this.#results.size > resultsMax && oldest !== undefined) this.#results.delete(oldest);
  }

  /** A link that is down loses it: the owner gives the task again on the next one. */
  #tell(result: Result): void {
    const sent = this.#options.send({ $case: 'repackResult', value: result });
    sent.catch(() => undefined);
  }

  #open(storage: StorageRef): BlobStore {
    const { storages, credentials, signal } = this.#options;
    return storages.open(storage, () => credentials.newest(storage.storageId, signal));
  }
}
