import { invariant } from '@firn/shared/errors/invariant';
import type { StorageClass } from '@firn/shared/storage-class/storage-class';
import type { ProblemSummary } from './problem.ts';
import type { SessionState } from './session-state.ts';

export type SessionKind =
  | 'initialize'
  | 'backup'
  | 'copy'
  | 'retrieval'
  | 'remove-retrieval'
  | 'restore'
  | 'check'
  | 'repair'
  | 'retention'
  | 'change-keys'
  | 'erase'
  | 'storage-test';

export interface Counts {
  readonly items: number;
  readonly bytes: number;
  readonly itemsRemoved: number;
  readonly itemsFailed: number;
  readonly requests: number;
  readonly batchedRequests: number;
  readonly storedBytes: number;
  readonly packs: number;
  readonly puts: number;
}

export interface ObjectSelection {
  readonly objectId: string;
  readonly folderIds?: readonly string[];
  readonly itemIds?: readonly string[];
}

/** What only some kinds of sessions have. */
export interface SessionDetails {
  /** backup: read everything again. */
  readonly full?: boolean;
  /** check, repair: read packs back. */
  readonly readData?: boolean;
  /** check: of the data packs, chosen by the seed; absent: all. */
  readonly percent?: number;
  readonly seed?: string;
  /** repair, retention: tell what would be done, and write nothing. */
  readonly dryRun?: boolean;
  /** change-keys: what the proxy applies to the header; holds no password. */
  readonly headerChange?: string;
  /** erase: whose objects, and which ones beside. */
  readonly eraseUsers?: readonly string[];
  readonly eraseObjects?: readonly string[];
  /** copy: leave no tails in a hot class. */
  readonly seal?: boolean;
  /** storage-test: also how fast it is. */
  readonly measuresSpeed?: boolean;
  /** retrieval: default thaw; extend: until then. */
  readonly retrievalStep?: 'plan' | 'thaw' | 'extend';
  readonly availableUntil?: string;
  /** restore: empty or absent means all objects. */
  readonly objects?: readonly ObjectSelection[];
}

/** What a session is about; fixed when it is created. */
export interface NewSession {
  readonly id: string;
  readonly kind: SessionKind;
  readonly proxyId: string;
  /** The repository that is written, or read where nothing is written; null: storage-test. */
  readonly repositoryId: string | null;
  /** storage-test: what is tested. */
  readonly objectStorageId: string | null;
  readonly organizationId: string | null;
  readonly jobId: string | null;
  readonly copyJobId: string | null;
  /** The point that is copied, retrieved or restored. */
  readonly restorePointId: string | null;
  readonly retrievalId: string | null;
  readonly details: SessionDetails;
  /** The first session of those that try the same again. */
  readonly retryOf: string | null;
  /** 0: it is the first. */
  readonly retryNumber: number;
}

export interface Session extends NewSession {
  readonly state: SessionState;
  /** 0 until first assigned. */
  readonly attempt: number;
  readonly counts: Counts | null;
  readonly problem: ProblemSummary | null;
  /** retention: what it did. */
  readonly retention: RetentionResult | null;
  /** storage-test: what it found. */
  readonly storageTest: StorageTestResult | null;
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly objectCounts: ObjectCounts;
}

export interface PackTotals {
  readonly storageClass: StorageClass;
  readonly packs: number;
  readonly bytes: number;
  readonly deletableAt?: string;
}

export interface ExpiredPoint {
  readonly jobId: string;
  readonly restorePointId: string;
  readonly at: string;
  readonly reason: string;
}

export const storedKinds = ['packs', 'tails', 'thawed', 'metadata'] as const;

/** Blobs of a kind and class that are of the same age: 180 days stand for more. */
export interface StoredBlobs {
  readonly kind: (typeof storedKinds)[number];
  readonly storageClass: StorageClass;
  readonly ageDays: number;
  readonly blobs: number;
  readonly bytes: number;
}

/** Bytes that a first copy of a job's newest restore point moves. */
export interface NewestContent {
  readonly jobId: string;
  readonly bytes: number;
}

export interface RetentionResult {
  readonly dryRun: boolean;
  readonly pointsExpired: number;
  /** At most 1,000. */
  readonly points: readonly ExpiredPoint[];
  readonly condemned: readonly PackTotals[];
  readonly deleted: readonly PackTotals[];
  readonly kept: readonly PackTotals[];
  readonly consolidatedPacks: number;
  readonly consolidatedSegments: number;
  readonly writtenPacks: number;
  readonly writtenBytes: number;
  readonly consolidatedBytes: number;
  readonly uploadsAborted: number;
  readonly sealedPacks: number;
  readonly sealedBytes: number;
  readonly tailBytes: number;
  /** Of a dry run alone. */
  readonly stored?: readonly StoredBlobs[];
  readonly newest?: readonly NewestContent[];
}

export interface StorageFinding {
  readonly check: string;
  readonly outcome: 'passed' | 'warning' | 'failed';
  readonly message: string;
}

/** Medians in ms, rates in bytes a second, with one stream and with eight. */
export interface StorageSpeed {
  readonly putMs: number;
  readonly getMs: number;
  readonly uploadOneStream: number;
  readonly uploadEightStreams: number;
  readonly downloadOneStream: number;
  readonly downloadEightStreams: number;
  readonly smallObjectsPerSecond: number;
}

export interface StorageTestResult {
  readonly findings: readonly StorageFinding[];
  /** Absent: it was not measured. */
  readonly speed?: StorageSpeed;
  /** Repositories can lie there. */
  readonly usable: boolean;
}

export interface ObjectCounts {
  readonly total: number;
  readonly success: number;
  readonly warning: number;
  readonly failed: number;
  readonly unchanged: number;
}

/** Of a session of any kind but storage-test. */
export function repositoryIdOf({ id, repositoryId }: NewSession): string {
  invariant(repositoryId !== null, `session ${id} is of no repository`);
  return repositoryId;
}

/** One try of a session: what leases, events and fences are about. */
export interface SessionAttempt {
  readonly sessionId: string;
  readonly attempt: number;
}

export interface FailedItem {
  readonly itemId: string;
  readonly name: string;
  readonly folder: string;
  readonly problem: ProblemSummary | undefined;
}

export interface SessionObject {
  readonly objectId: string;
  readonly kind: string;
  readonly name: string;
  readonly userName: string;
  readonly status: ObjectStatus;
  readonly mode: string | null;
  readonly counts: Counts;
  readonly failedItems: readonly FailedItem[];
  readonly problem: ProblemSummary | null;
}

export type ObjectStatus = 'success' | 'warning' | 'failed' | 'unchanged';

export interface LogEntry {
  /** Grows within a session. */
  readonly number: number;
  readonly at: string;
  readonly level: LogLevel;
  readonly message: string;
}

export type LogLevel = 'info' | 'warning' | 'error';

export interface Finding {
  readonly number: number;
  readonly severity: 'error' | 'warning' | 'note';
  readonly blob: string | null;
  readonly objectId: string | null;
  readonly items: readonly string[];
  /** Restore points that show what is affected: `<job>/<point>`. */
  readonly points: readonly string[];
  readonly problem: ProblemSummary | null;
}
