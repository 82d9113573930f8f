import { AppError } from '@firn/shared/errors/app-error';
import type { RepackResult, RepackWorker } from '@firn/shared/gen/firn/link/v1/link';
import type { RepackTask } from '@firn/shared/repository/repack/point-copy';
import type { SendOnLink } from '@firn/shared/rpc/link/run-link';
import { fromProblem } from '@firn/shared/rpc/problem';
import { orAborted } from '@firn/shared/time/or-aborted';
import type { Boxes } from '../../ports/boxes.ts';
import type { SessionKey } from '../../ports/journal.ts';
import type { RepackExecutor } from '../../ports/repack-executor.ts';

/** So that a worker writes one pack while the next task travels. */
const tasksPerWorker = 2;
const triesMax = 4;
/** Of a plan in one message, which has less than 1 MiB. */
const partBytesMax = 768 * 1024;

interface OpenTask {
  readonly task: RepackTask;
  readonly answer: PromiseWithResolvers<Uint8Array>;
  /** Undefined while no worker has it. */
  workerId: string | undefined;
  tries: number;
}

/**
 * Repacking on the appliances of one session. A task is
 *
 *     waiting ──a worker has room──► given ──result──► answered
 *        ▲                             │ worker gone, link down, problem
 *        └─────────────────────────────┘
 *
 * Giving a task twice is harmless: each execution writes a pack of its own
 * name, and only the first manifest is accepted; the other pack is garbage.
 */
export class RemoteRepack implements RepackExecutor {
  readonly concurrency = 8;
  readonly #key: SessionKey;
  readonly #boxes: Boxes;
  readonly #send: SendOnLink;
  readonly #workers = new Map<string, string>();
  readonly #open = new Map<number, OpenTask>();
  #finished = false;

  constructor(options: { key: SessionKey; boxes: Boxes; send: SendOnLink }) {
    this.#key = options.key;
    this.#boxes = options.boxes;
    this.#send = options.send;
  }

  async execute(task: RepackTask, signal: AbortSignal): Promise<Uint8Array> {
    const answer = Promise.withResolvers<Uint8Array>();
    this.#open.set(task.number, { task, answer, workerId: undefined, tries: 0 });
    try {
      await this.#give();
      return await orAborted(answer.promise, signal);
    } finally {
      this.#open.delete(task.number);
      await this.#give();
    }
  }

  async finish(): Promise<void> {
    this.#finished = true;
    for (const workerId of this.#workers.keys()) await this.#sendLast(workerId);
  }

  /** A worker came or went. */
  async worker({ workerId, certificatePem, gone }: RepackWorker): Promise<void> {
    if (gone) {
      this.#workers.delete(workerId);
      this.#takeBack((open) => open.workerId === workerId);
    } else {
      this.#workers.set(workerId, certificatePem);
      if (this.#finished) await this.#sendLast(workerId);
    }
    await this.#give();
  }

  async result({ taskNumber, manifest, problem }: RepackResult): Promise<void> {
    const open = this.#open.get(taskNumber);
    if (open === undefined) return;
    if (problem === undefined) {
      open.answer.resolve(manifest);
      return;
    }
    const error = fromProblem(problem);
    if (error.retry !== 'later' || open.tries >= triesMax) open.answer.reject(error);
    else open.workerId = undefined;
    await this.#give();
  }

  /** On every new link: what was under way may have been lost with the old one. */
  async linkIsUp(): Promise<void> {
    this.#takeBack(() => true);
    await this.#give();
  }

  #takeBack(which: (open: OpenTask) => boolean): void {
    for (const open of this.#open.values()) if (which(open)) open.workerId = undefined;
  }

  async #give(): Promise<void> {
    for (const open of this.#open.values()) {
      if (open.workerId !== undefined) continue;
      const workerId = this.#withRoom();
      if (workerId === undefined) return;
      open.workerId = workerId;
      open.tries += 1;
      await this.#sendTask(open, workerId);
    }
  }

  #withRoom(): string | undefined {
    for (const workerId of this.#workers.keys()) {
      const given = [...this.#open.values()].filter((open) => open.workerId === workerId);
      if (given.length < tasksPerWorker) return workerId;
    }
    return undefined;
  }

  /** A link that is down loses it; linkIsUp gives it again. */
  async #sendTask({ task }: OpenTask, workerId: string): Promise<void> {
    const certificatePem = this.#workers.get(workerId);
    if (certificatePem === undefined) return;
    const parts = Math.max(1, Math.ceil(task.plan.length / partBytesMax));
    for (let part = 0; part < parts; part += 1) {
      const bytes = task.plan.subarray(part * partBytesMax, (part + 1) * partBytesMax);
      const plan = this.#boxes.seal(certificatePem, bytes);
      const which = { taskNumber: task.number, workerId, part, parts };
      const value = { ...this.#key, ...which, plan, last: false };
      await this.#send({ $case: 'repackTask', value }).catch(ignoreLostLink);
    }
  }

  async #sendLast(workerId: string): Promise<void> {
    const value = {
      ...this.#key,
      taskNumber: 0,
      workerId,
      plan: undefined,
      last: true,
      part: 0,
      parts: 0,
    };
    await this.#send({ $case: 'repackTask', value }).catch(ignoreLostLink);
  }
}

function ignoreLostLink(error: unknown): void {
  if (!(error instanceof AppError) || error.code !== 'E_LINK_LOST') throw error;
}
