import type { StorageClass, ThawSpeed } from '@firn/shared/storage-class/storage-class';
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
}

export interface NewRetrieval {
  readonly id: string;
  readonly restorePointId: string;
  readonly copyJobId: string | null;
  readonly repositoryId: string;
  readonly sessionId: string;
  readonly objects: readonly ObjectSelection[];
  readonly speed: ThawSpeed;
  readonly availabilitySeconds: number;
}

export interface Retrieval extends NewRetrieval {
  readonly state: RetrievalState;
  readonly availableUntil: string | null;
  readonly packsTotal: number;
  readonly packsReady: number;
  readonly bytes: number;
  readonly createdAt: string;
}

/** The id under which the repository knows the point's job. */
export function jobIdOf(point: RestorePoint): string {
  return point.copyJobId ?? point.jobId ?? '';
}
