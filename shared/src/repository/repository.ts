import { invariant } from '../errors/invariant.ts';
import type { PointReader } from './point/point-reader.ts';
import type { RepositoryPorts } from './ports.ts';
import type { RepositorySession } from './session/repository-session.ts';

export interface OpenRepository {
  readonly ports: RepositoryPorts;
  readonly repositoryId: string;
  /** 32 bytes, of the current key epoch. */
  readonly rootKey: Uint8Array;
}

export interface BeginSession {
  readonly jobId: string;
  /** Letters, digits, `.`, `_`, `-`. Also the id of the restore point that it makes. */
  readonly sessionId: string;
  readonly attempt: number;
}

export interface OpenPoint {
  readonly jobId: string;
  readonly pointId: string;
  /** Retrieval id: packs are looked up below warm/<id>/ first. */
  readonly warm?: string | undefined;
}

export interface RestorePointSummary {
  readonly jobId: string;
  /** The session that made it. */
  readonly pointId: string;
  readonly committedAtMs: number;
  /** The session said done. */
  readonly complete: boolean;
  /** Objects in it, also those inherited unchanged. */
  readonly objects: number;
  /** An object of it has items that are not stored at their newest state. */
  readonly partial: boolean;
}

/** A repository in an object storage. All reads see the log as of the last refresh or write. */
export interface Repository {
  readonly repositoryId: string;
  /** Reads the log on to its head. */
  refresh(): Promise<void>;
  /** Newest entry of the log that was read: -1 and '' of an empty log. */
  head(): { readonly n: number; readonly digest: string };
  /**
   * Writes the owner entry; required before any other write. E_REPOSITORY_FENCED
   * when another incarnation takes over later.
   */
  takeOwnership(incarnation: string): Promise<{ readonly epoch: number }>;
  /**
   * attempt 1 begins the session; a higher one takes it over. Continues silently
   * when exactly this attempt is begun already. E_SESSION_SUPERSEDED when the
   * session ended or a later attempt exists.
   */
  beginSession(options: BeginSession): Promise<RepositorySession>;
  /** Oldest first; of all jobs when jobId is undefined. */
  restorePoints(jobId?: string): readonly RestorePointSummary[];
  /** E_POINT_NOT_FOUND */
  openPoint(options: OpenPoint): Promise<PointReader>;
  /** Keeps a point readable until then (storage's clock). Pin before copying, retrieving, restoring. */
  pin(pinId: string, point: Pick<OpenPoint, 'jobId' | 'pointId'>, untilMs: number): Promise<void>;
  unpin(pinId: string): Promise<void>;
}

/** E_REPOSITORY_NOT_FOUND, E_REPOSITORY_DAMAGED (also: the wrong root key). */
export function openRepository(options: OpenRepository): Promise<Repository> {
  invariant(options.rootKey.length === 32, 'a root key has 32 bytes');
  return Promise.reject(new Error('not written'));
}
