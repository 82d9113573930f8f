import type { ViewResponse } from '@firn/shared/gen/firn/link/v1/link';
import type { SecretBundle } from '@firn/shared/gen/firn/link/v1/work';
import type { ObjectReader, PointReader } from '@firn/shared/repository/point/point-reader';
import type { Clock } from '@firn/shared/time/clock';
import type { CacheState } from '../../ports/browse-cache.ts';
import { type Repositories, required } from '../repositories.ts';
import { retrievalPin } from '../retrieval/open-retrieval.ts';
import { Recent } from './recent.ts';

/** What questions are answered from. */
export interface ViewedPoint
  extends Pick<PointReader, 'pointId' | 'objectIds' | 'itemsSinceMs' | 'objects' | 'object'> {
  /** Under what the object is cached. E_OBJECT_NOT_IN_POINT */
  cacheState(objectId: string): CacheState;
}

export interface ViewedPointsOptions {
  readonly repositories: Repositories;
  readonly clock: Clock;
}

interface OpenedPoint {
  readonly opening: Promise<PointReader>;
  readonly openedAtMs: number;
}

const pointsMax = 16;
const objectsMax = 16;
/** How long a point is read without asking the log whether it is still there. */
const freshMs = 60_000;
const idleMs = 10 * 60_000;
const lookMs = 60_000;

/**
 * The points and objects that users look into, kept open between questions.
 * Points are looked up in the log again every minute, and what it does not know
 * any more is gone. What is erased is gone at once where this process erases it.
 */
export class ViewedPoints {
  readonly #repositories: Repositories;
  readonly #clock: Clock;
  readonly #points: Recent<OpenedPoint>;
  /** By the state's name in the repository, which several points may share, and how much of it is shown. */
  readonly #objects: Recent<Promise<ObjectReader>>;

  constructor({ repositories, clock }: ViewedPointsOptions) {
    this.#repositories = repositories;
    this.#clock = clock;
    this.#points = new Recent(pointsMax, () => clock.now());
    this.#objects = new Recent(objectsMax, () => clock.now());
  }

  /** E_POINT_NOT_FOUND, and what opening a repository throws. */
  async open(question: ViewResponse, secrets: SecretBundle): Promise<ViewedPoint> {
    const { repositoryId } = required(question.repository, 'repository');
    const point = await this.#point(question, secrets);
    const { jobId, pointId, objectIds, itemsSinceMs } = point;
    return {
      ...{ pointId, objectIds, itemsSinceMs },
      objects: (after) => point.objects(after),
      object: (objectId) => this.#object(repositoryId, point, objectId),
      cacheState: (objectId) => ({
        ...{ repositoryId, jobId, objectId },
        state: point.stateOf(objectId),
      }),
    };
  }

  /** Forgets what nobody looks into any more; ends with the signal. */
  async forgetIdle(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#points.forgetIdle(idleMs);
      this.#objects.forgetIdle(idleMs);
      await this.#clock.sleep(lookMs, signal).catch(() => undefined);
    }
  }

  #point(question: ViewResponse, secrets: SecretBundle): Promise<PointReader> {
    const { jobId, restorePointId, retrievalId } = question;
    const { repositoryId } = required(question.repository, 'repository');
    const erasures = this.#repositories.erasures(repositoryId);
    const key = JSON.stringify([repositoryId, erasures, jobId, restorePointId, retrievalId]);
    const known = this.#points.get(key);
    const openedAtMs = this.#clock.now();
    if (known !== undefined && openedAtMs < known.openedAtMs + freshMs) return known.opening;
    const opened = { opening: this.#openPoint(question, secrets), openedAtMs };
    this.#points.set(key, opened);
    opened.opening.catch(() => this.#points.delete(key, opened));
    return opened.opening;
  }

  async #openPoint(question: ViewResponse, secrets: SecretBundle): Promise<PointReader> {
    const { repository: ref, jobId, restorePointId, retrievalId } = question;
    const repository = await this.#repositories.forViewing(ref, secrets);
    const point = { jobId, pointId: restorePointId };
    if (retrievalId === '') return repository.openPoint(point);
    const pinId = retrievalPin(retrievalId);
    return repository.openPoint({ ...point, warm: retrievalId, pinId });
  }

  async #object(repositoryId: string, point: PointReader, objectId: string): Promise<ObjectReader> {
    const key = JSON.stringify([repositoryId, point.stateOf(objectId), point.itemsSinceMs]);
    const known = this.#objects.get(key);
    if (known !== undefined) return known;
    const opening = point.object(objectId);
    this.#objects.set(key, opening);
    opening.catch(() => this.#objects.delete(key, opening));
    return opening;
  }
}
