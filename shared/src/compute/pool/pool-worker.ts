import { Worker } from 'node:worker_threads';
import { AppError } from '../../errors/app-error.ts';
import { type ErrorCode, errorCodes } from '../../errors/codes.ts';
import type { PoolCall, PoolReply, PoolResult, PoolWork } from './pool-calls.ts';

/** A call, and who waits for it. */
export interface PoolTask {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly work: PoolWork;
  readonly resolve: (result: PoolResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface PoolWorkerOptions {
  readonly thread: URL;
  /** It can take another task. */
  readonly onIdle: () => void;
  /** It is gone; its tasks have been told. */
  readonly onGone: () => void;
}

/** One is worked on while the next one lies ready. */
const tasksMax = 2;

/** A thread and its tasks. living → gone, when it crashes or is ended. */
export class PoolWorker {
  readonly #options: PoolWorkerOptions;
  readonly #worker: Worker;
  readonly #tasks = new Map<number, PoolTask>();
  #calls = 0;
  #isGone = false;

  constructor(options: PoolWorkerOptions) {
    this.#options = options;
    this.#worker = new Worker(options.thread, {
      // What it makes is garbage at once: a small heap is collected often, and its buffers with it.
      resourceLimits: { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 128 },
    });
    this.#worker.unref();
    this.#worker.on('message', (reply: PoolReply) => this.#answer(reply));
    this.#worker.on('error', (error: unknown) => this.#gone(error));
    this.#worker.on('exit', (code) => this.#gone(new Error(`exit code ${code}`)));
  }

  get load(): number {
    return this.#tasks.size;
  }

  get hasRoom(): boolean {
    return this.#tasks.size < tasksMax;
  }

  run(task: PoolTask): void {
    this.#calls += 1;
    this.#tasks.set(this.#calls, task);
    // Work under way keeps the process; an idle pool does not.
    this.#worker.ref();
    const call: PoolCall = { id: this.#calls, bytes: task.bytes, work: task.work };
    this.#worker.postMessage(call);
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
    this.#gone(new Error('the pool was closed'));
  }

  #answer(reply: PoolReply): void {
    const task = this.#tasks.get(reply.id);
    this.#tasks.delete(reply.id);
    if (this.#tasks.size === 0) this.#worker.unref();
    this.#options.onIdle();
    if ('result' in reply) task?.resolve(reply.result);
    else task?.reject(toError(reply));
  }

  #gone(cause: unknown): void {
    if (this.#isGone) return;
    this.#isGone = true;
    const tasks = [...this.#tasks.values()];
    this.#tasks.clear();
    this.#options.onGone();
    const message = 'a compute thread ended while it was working';
    for (const { reject } of tasks) reject(new AppError('E_COMPUTE_FAILED', message, { cause }));
  }
}

function isErrorCode(code: string): code is ErrorCode {
  return code in errorCodes;
}

function toError({ code, message }: { code: string | undefined; message: string }): AppError {
  if (code !== undefined && isErrorCode(code)) return new AppError(code, message);
  return new AppError('E_COMPUTE_FAILED', `a compute thread failed: ${message}`);
}
