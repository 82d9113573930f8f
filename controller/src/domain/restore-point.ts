import type { StorageClass, ThawSpeed } from '@firn/shared/storage-class/storage-class';
import type { PriceLimit, RetrievalPlan } from './retrieval-plan.ts';
import type { RetrievalState } from './retrieval-state.ts';
import type { ObjectSelection } from './session.ts';

/** A consistent state of a job's objects. Its id is that of the session that made it. */
export interface RestorePoint {
  readonly id: string;
  /** One of jobId and copyJobId is set: the job whose objects the repository holds. */
  readonly jobId: string | null;
  readonly copyJobId: string | null;
  readonly organizationId: string;
  readonly repositoryId: string;
  readonly storageClass: StorageClass;
  readonly createdAt: string;
  readonly objects: number;
  readonly partial: boolean;
  readonly complete: boolean;
  /** Of retrieved data: warm packs of the point that it was retrieved from. */
  readonly retrievalId: string | null;
  readonly retrievedFrom: string | null;
}

export interface NewRetrieval {
  readonly id: string;
  readonly restorePointId: string;
  readonly copyJobId: string | null;
  readonly repositoryId: string;
  readonly sessionId: string;
  readonly objects: readonly ObjectSelection[];
  /** Null until it is started. */
  readonly speed: ThawSpeed | null;
  readonly availabilitySeconds: number;
  /** So long before its end a notice is given; null: none. */
  readonly noticeHours: number | null;
  readonly state: 'planning' | 'retrieving';
}

export interface RetrievalStart {
  readonly sessionId: string;
  readonly speed: ThawSpeed;
  readonly priceLimit: PriceLimit | null;
  readonly noticeHours: number | null;
}

export interface Retrieval extends Omit<NewRetrieval, 'state'> {
  readonly state: RetrievalState;
  readonly plan: RetrievalPlan | null;
  readonly priceLimit: PriceLimit | null;
  readonly cancelled: boolean;
  readonly availableUntil: string | null;
  readonly packsTotal: number;
  readonly packsReady: number;
  readonly bytes: number;
  readonly createdAt: string;
}

/** The id under which the repository knows the point. */
export function storedIdOf(point: RestorePoint): string {
  return point.retrievedFrom ?? point.id;
}

/** The id under which the repository knows the point's job. */
export function jobIdOf(point: RestorePoint): string {
  return point.copyJobId ?? point.jobId ?? '';
}
