import type {
  NewRetrieval,
  RestorePoint,
  Retrieval,
  RetrievalStart,
} from '../domain/restore-point.ts';
import type { RetrievalPack, RetrievalPlan } from '../domain/retrieval-plan.ts';
import type { RetrievalState, RetrievalTrigger } from '../domain/retrieval-state.ts';
import type { Page, PageRequest } from './records.ts';

export interface RestorePointFilter {
  readonly jobId?: string | undefined;
  readonly copyJobId?: string | undefined;
  readonly organizationId?: string | undefined;
  readonly repositoryId?: string | undefined;
  readonly isRetrieved?: boolean | undefined;
}

export type NewRestorePoint = Omit<RestorePoint, 'storageClass' | 'retrievalId' | 'retrievedFrom'>;

/** What a retrieval brings: readable, below the id of the session that thaws. */
export interface RetrievedPoint {
  readonly sessionId: string;
  readonly retrievalId: string;
  readonly retrievedFrom: string;
  /** 0: as many as the point has that it is retrieved from. */
  readonly objects: number;
}

export interface PointsOfRepository {
  readonly repositoryId: string;
  /** ISO 8601 */
  readonly endedBefore: string;
}

export interface KeptPoints {
  readonly after: string;
  /** Empty: to the end. */
  readonly upTo: string;
  readonly restorePointIds: readonly string[];
}

export interface RestorePointRecords {
  /** Inserts, or adds what a later commit of the same session brought. */
  put(point: NewRestorePoint): Promise<void>;
  putRetrieved(point: RetrievedPoint): Promise<void>;
  get(id: string): Promise<RestorePoint | undefined>;
  /** Marks those of the ids that are known: they are in no list any more. */
  expire(repositoryId: string, ids: readonly string[]): Promise<void>;
  /**
   * Marks those of sessions that ended before, and that the repository does not
   * have any more: of the ids behind `after` up to `upTo`, it has these alone.
   */
  expireOthers(of: PointsOfRepository, kept: KeptPoints): Promise<void>;
  /** Newest first; those of deleted repositories and expired ones are left out. */
  list(filter: RestorePointFilter, page: PageRequest): Promise<Page<RestorePoint>>;
  newestOf(jobId: string, repositoryId: string): Promise<RestorePoint | undefined>;
  /** The newest of a copy job, made at or before the time (ISO 8601; absent: of all). */
  newestOfCopy(copyJobId: string, at: string | undefined): Promise<RestorePoint | undefined>;
}

export interface RetrievalFilter {
  readonly restorePointId?: string | undefined;
  readonly state?: RetrievalState | undefined;
}

export interface RetrievalProgress {
  readonly packsTotal: number;
  readonly packsReady: number;
  readonly bytes: number;
}

export interface RetrievalRecords {
  insert(row: NewRetrieval): Promise<Retrieval>;
  get(id: string): Promise<Retrieval | undefined>;
  list(filter: RetrievalFilter, page: PageRequest): Promise<Page<Retrieval>>;
  /**
   * Compare-and-set by the transition table. undefined: it did not apply.
   * What ends takes its restore point with it.
   * @param availableUntil with `ready`: ISO 8601; absent: availabilitySeconds from now
   */
  transition(
    id: string,
    trigger: RetrievalTrigger,
    availableUntil?: string,
  ): Promise<Retrieval | undefined>;
  setProgress(id: string, progress: RetrievalProgress): Promise<void>;
  /** With the transition `plan`. */
  setPlan(id: string, plan: RetrievalPlan): Promise<void>;
  /** With the transition `start`: what was chosen. */
  setStart(id: string, start: RetrievalStart): Promise<void>;
  /** What is retrieving is removed once its session has ended. */
  setCancelled(id: string): Promise<void>;
  /** The newest state of each pack counts. */
  putPacks(id: string, packs: readonly RetrievalPack[]): Promise<void>;
  listPacks(id: string, page: PageRequest): Promise<Page<RetrievalPack>>;
  /**
   * To be removed now: their time is over and no open session restores from
   * them, or a removal of them ended without success more than a minute ago.
   */
  due(): Promise<readonly Retrieval[]>;
  /** Plans of more than a day ago that nobody started. */
  lapsed(): Promise<readonly Retrieval[]>;
  /** Retrieved, with an open restore, and at most so many hours from their end. */
  endingInUse(hours: number): Promise<readonly Retrieval[]>;
  /** Whose notice is due; they are marked, so that each end is told of once. */
  takeNotices(): Promise<readonly Retrieval[]>;
  /** Ids of open restore sessions that read from it. */
  openRestores(id: string): Promise<readonly string[]>;
}
