import { availableParallelism } from 'node:os';
import { AppError } from '../../errors/app-error.ts';
import type {
  BatchCompute,
  FrameToOpen,
  FrameToSeal,
  OpenedFrames,
  Stretch,
  Workspace,
} from '../../repository/batch-compute.ts';
import type { CompressionLevel } from '../../repository/ports.ts';
import { Arena } from './arena.ts';
import type { PoolResult, PoolWork } from './pool-calls.ts';
import { type PoolTask, PoolWorker } from './pool-worker.ts';

export interface ComputePoolOptions {
  /** Default: defaultThreads. */
  readonly threads?: number;
  /** Code of the threads. */
  readonly thread?: URL;
}

const threadsMax = 4;
/** More than is seldom in use at once. */
const arenaBytes = 32 * 1024 * 1024;

class SharedWorkspace implements Workspace {
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly #arena: Arena;
  /** What was not given back. */
  #held: Uint8Array<SharedArrayBuffer>;
  #isReleased = false;

  constructor(arena: Arena, sizeBytes: number) {
    this.#arena = arena;
    this.bytes = arena.take(sizeBytes);
    this.#held = this.bytes;
  }

  trim(sizeBytes: number): void {
    if (!this.#isReleased) this.#held = this.#arena.shorten(this.#held, sizeBytes);
  }

  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#arena.give(this.#held);
  }
}

/**
 * Batches on worker threads. Threads are started when they are needed; one that
 * crashes takes its calls with it (E_COMPUTE_FAILED), and another is started for
 * the next ones. How much is under way is bounded by whoever calls.
 */
export class ComputePool implements BatchCompute {
  readonly #threads: number;
  readonly #thread: URL;
  readonly #arena = new Arena(arenaBytes);
  readonly #workers = new Set<PoolWorker>();
  readonly #waiting: PoolTask[] = [];
  #isClosed = false;

  constructor({ threads, thread }: ComputePoolOptions = {}) {
    this.#threads = threads ?? defaultThreads();
    this.#thread = thread ?? new URL('./pool-thread.ts', import.meta.url);
  }

  workspace(sizeBytes: number): Workspace {
    return new SharedWorkspace(this.#arena, sizeBytes);
  }

  async contentIds(secret: Uint8Array, workspace: Workspace, contents: readonly Stretch[]) {
    const stretches = contents.map(toStretch);
    const work = { kind: 'contentIds', secret, contents: stretches } as const;
    return (await this.#run(workspace, work)) as readonly string[];
  }

  async sealFrames(workspace: Workspace, frames: readonly FrameToSeal[], roomStart: number) {
    const plain = frames.map((frame) =>
      'encoded' in frame ? frame : { ...frame, contents: frame.contents.map(toStretch) },
    );
    const work = { kind: 'sealFrames', frames: plain, roomStart, level: this.#level() } as const;
    const sealed = (await this.#run(workspace, work)) as readonly Stretch[];
    return sealed.map(({ start, length }) => workspace.bytes.subarray(start, start + length));
  }

  async openContents(
    workspace: Workspace,
    frames: readonly FrameToOpen[],
    secrets: readonly Uint8Array[],
  ) {
    const work = { kind: 'openContents', frames, secrets } as const;
    return (await this.#run(workspace, work)) as OpenedFrames;
  }

  /** Ends the threads; calls under way fail with E_COMPUTE_FAILED. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const task of this.#waiting.splice(0)) task.reject(closed());
    await Promise.all([...this.#workers].map((worker) => worker.end()));
  }

  /** Frames pile up only while threads are what everything waits for. */
  #level(): CompressionLevel | undefined {
    return this.#waiting.length > this.#threads ? 1 : undefined;
  }

  #run(workspace: Workspace, work: PoolWork): Promise<PoolResult> {
    if (!(workspace instanceof SharedWorkspace)) {
      throw new TypeError('the workspace is of another pool');
    }
    const { bytes } = workspace;
    return new Promise((resolve, reject) => {
      if (this.#isClosed) throw closed();
      this.#waiting.push({ bytes, work, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const worker = this.#worker();
      if (worker === undefined) return;
      const task = this.#waiting.shift();
      if (task !== undefined) worker.run(task);
    }
  }

  /** The one with the least to do; undefined: all have enough. */
  #worker(): PoolWorker | undefined {
    let least: PoolWorker | undefined;
    for (const worker of this.#workers) {
      if (worker.load < (least?.load ?? Number.POSITIVE_INFINITY)) least = worker;
    }
    if (least?.load === 0) return least;
    if (this.#workers.size < this.#threads) return this.#start();
    return least?.hasRoom === true ? least : undefined;
  }

  #start(): PoolWorker {
    const worker: PoolWorker = new PoolWorker({
      thread: this.#thread,
      onIdle: () => this.#next(),
      onGone: () => {
        this.#workers.delete(worker);
        this.#next();
      },
    });
    this.#workers.add(worker);
    return worker;
  }
}

/** As many as there are cores, at most 4. */
export function defaultThreads(): number {
  return Math.min(availableParallelism(), threadsMax);
}

/** Without what the caller notes beside. */
function toStretch({ start, length }: Stretch): Stretch {
  return { start, length };
}

function closed(): AppError {
  return new AppError('E_COMPUTE_FAILED', 'the compute threads have been ended');
}
