import type { Clock } from '@firn/shared/time/clock';
import type { BrowseCache, CacheState } from '../../ports/browse-cache.ts';
import { forEachConcurrent } from '../for-each-concurrent.ts';
import type { CatalogCaching } from './catalog-caching.ts';
import { settledWithin } from './settled-within.ts';
import type { ViewedPoint } from './viewed-points.ts';

export interface PointIndexingOptions {
  readonly cache: BrowseCache;
  readonly caching: CatalogCaching;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * - `building`: more objects come
 * - `complete`: all of them are searched
 * - `partial`: some cannot be; `problem` says why the first one cannot
 */
export interface Indexed {
  readonly state: 'building' | 'complete' | 'partial';
  readonly ready: ReadonlySet<string>;
  readonly problem: unknown;
}

/** The indexing of one point; never rejects. */
class Job {
  readonly done: Promise<void>;
  problem: unknown;

  constructor(index: (job: Job) => Promise<void>) {
    this.done = index(this).catch((error: unknown) => {
      this.problem ??= error;
    });
  }
}

const objectsAtOnce = 2;
/** Small points are searched whole by the first question. */
const patienceMs = 2_000;

/** Brings the objects of points into the cache, in the background, for searches. */
export class PointIndexing {
  readonly #options: PointIndexingOptions;
  readonly #jobs = new Map<string, Job>();

  constructor(options: PointIndexingOptions) {
    this.#options = options;
  }

  /** What of the objects can be searched now. Goes on with the others, and waits a little for them. */
  async index(point: ViewedPoint, states: readonly CacheState[]): Promise<Indexed> {
    const before = await this.#ready(states);
    if (isComplete(states, before)) {
      return { state: 'complete', ready: before, problem: undefined };
    }
    const key = JSON.stringify([point.pointId, ...states.map(({ objectId }) => objectId)]);
    const job = this.#jobs.get(key) ?? this.#start(key, point, states);
    const { clock, signal } = this.#options;
    const isOver = await settledWithin(job.done, { clock, waitMs: patienceMs, signal });
    const ready = await this.#ready(states);
    if (isComplete(states, ready)) return { state: 'complete', ready, problem: undefined };
    return { state: isOver ? 'partial' : 'building', ready, problem: job.problem };
  }

  /** Resolves once nothing is being indexed any more. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#jobs.values()].map(({ done }) => done));
  }

  #ready(states: readonly CacheState[]): Promise<ReadonlySet<string>> {
    const { cache, clock } = this.#options;
    const repositoryId = states[0]?.repositoryId ?? '';
    const names = states.map(({ state }) => state);
    return cache.ready({ repositoryId, states: names, nowMs: clock.now() });
  }

  #start(key: string, point: ViewedPoint, states: readonly CacheState[]): Job {
    const job = new Job((each) =>
      this.#run(each, point, states).finally(() => this.#jobs.delete(key)),
    );
    this.#jobs.set(key, job);
    return job;
  }

  /** An object that cannot be held does not keep the others from it. */
  async #run(job: Job, point: ViewedPoint, states: readonly CacheState[]): Promise<void> {
    const { caching, clock, signal } = this.#options;
    const keepFromMs = clock.now();
    const ready = await this.#ready(states);
    await forEachConcurrent(states, objectsAtOnce, async (state) => {
      if (ready.has(state.state) || signal.aborted) return;
      const open = () => point.object(state.objectId);
      await caching.hold({ state, open, keepFromMs }).catch((error: unknown) => {
        job.problem ??= error;
      });
    });
  }
}

function isComplete(states: readonly CacheState[], ready: ReadonlySet<string>): boolean {
  return states.every(({ state }) => ready.has(state));
}
