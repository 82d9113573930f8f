import { AppError } from '@firn/shared/errors/app-error';
import type { ObjectReader } from '@firn/shared/repository/point/point-reader';
import type { RunEntry } from '@firn/shared/repository/run/run-layout';
import type { Clock } from '@firn/shared/time/clock';
import type { AddResult, BrowseCache, CacheState } from '../../ports/browse-cache.ts';
import { batches } from './batches.ts';
import { Recent } from './recent.ts';

export interface CatalogCachingOptions {
  readonly cache: BrowseCache;
  readonly clock: Clock;
  /** Nothing is read or written once it aborts. */
  readonly signal: AbortSignal;
}

export interface HoldState {
  readonly state: CacheState;
  readonly open: () => Promise<ObjectReader>;
  /** What was used at or after this time makes no room for it. */
  readonly keepFromMs: number;
}

interface Failure {
  readonly error: unknown;
  readonly atMs: number;
}

const failuresMax = 1_000;
/** How long what could not be held is not tried again. */
const failedMs = 60_000;

/** Brings catalogs into the browse cache: each state by one build at a time. */
export class CatalogCaching {
  readonly #options: CatalogCachingOptions;
  readonly #building = new Map<string, Promise<void>>();
  readonly #failed: Recent<Failure>;

  constructor(options: CatalogCachingOptions) {
    this.#options = options;
    this.#failed = new Recent(failuresMax, () => options.clock.now());
  }

  /**
   * Resolves once the state can be asked. E_BROWSE_CACHE_FULL, E_BROWSE_CACHE_FAILED,
   * and what reading the catalog fails with; for a minute then at once.
   */
  hold(wanted: HoldState): Promise<void> {
    const key = JSON.stringify([wanted.state.repositoryId, wanted.state.state]);
    const failed = this.#failed.get(key);
    if (failed !== undefined && this.#options.clock.now() < failed.atMs + failedMs) {
      return Promise.reject(failed.error);
    }
    const building = this.#building.get(key) ?? this.#start(key, wanted);
    this.#building.set(key, building);
    return building;
  }

  /** Resolves once nothing is being built any more. */
  async idle(): Promise<void> {
    await Promise.allSettled(this.#building.values());
  }

  async #start(key: string, wanted: HoldState): Promise<void> {
    try {
      const reader = await wanted.open();
      const isBuilt = await this.#build(wanted, reader, false);
      if (!isBuilt) await this.#build(wanted, reader, true);
    } catch (error) {
      this.#failed.set(key, { error, atMs: this.#options.clock.now() });
      throw error;
    } finally {
      this.#building.delete(key);
    }
  }

  /** False: it must be built afresh. */
  async #build({ state, keepFromMs }: HoldState, { catalog }: ObjectReader, afresh: boolean) {
    const { cache, clock } = this.#options;
    const { levels } = catalog;
    const nowMs = clock.now();
    const begun = await cache.begin({ ...state, levels, afresh, nowMs, keepFromMs });
    const { buildId, heldLevels } = begun;
    const rows = heldLevels === 0 ? catalog.rows() : catalog.changes(levels.length - heldLevels);
    try {
      if (!(await this.#addAll(buildId, rows))) {
        await cache.abandon(buildId);
        return false;
      }
      if (!(await cache.end(buildId))) throw emptied();
      return true;
    } catch (error) {
      // What made it fail is what the caller is told.
      await cache.abandon(buildId).catch(() => undefined);
      throw error;
    }
  }

  /** False: start over. */
  async #addAll(buildId: number, rows: AsyncIterable<RunEntry>): Promise<boolean> {
    const { cache, signal } = this.#options;
    for await (const batch of batches(rows)) {
      signal.throwIfAborted();
      const result: AddResult = await cache.add(buildId, batch);
      if (result === 'start-over') return false;
      if (result === 'gone') throw emptied();
      if (result === 'full') {
        throw new AppError('E_BROWSE_CACHE_FULL', 'the browse cache has no room for the object');
      }
    }
    return true;
  }
}

function emptied(): AppError {
  return new AppError('E_BROWSE_CACHE_FAILED', 'the browse cache was emptied meanwhile');
}
