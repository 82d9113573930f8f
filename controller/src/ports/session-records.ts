import type { ProblemSummary } from '../domain/problem.ts';
import type {
  Counts,
  Finding,
  LogEntry,
  LogLevel,
  NewSession,
  ObjectStatus,
  RetentionResult,
  Session,
  SessionAttempt,
  SessionKind,
  SessionObject,
  StorageTestResult,
} from '../domain/session.ts';
import type { SessionState, SessionTrigger } from '../domain/session-state.ts';
import type { Page, PageRequest } from './records.ts';

export interface SessionFilter {
  readonly kind?: SessionKind | undefined;
  readonly state?: SessionState | undefined;
  readonly open?: boolean | undefined;
  readonly jobId?: string | undefined;
  readonly copyJobId?: string | undefined;
  readonly repositoryId?: string | undefined;
  readonly objectStorageId?: string | undefined;
  readonly organizationId?: string | undefined;
}

export interface Transition {
  readonly sessionId: string;
  readonly trigger: SessionTrigger;
  /** Only when the session is at this attempt. */
  readonly attempt?: number;
  /** accept: how long the lease lasts. */
  readonly leaseMs?: number;
  readonly counts?: Counts | undefined;
  /** Kept unless another is given later. */
  readonly problem?: ProblemSummary | undefined;
}

export type EventPlace = 'next' | 'stored-before' | 'gap';

export interface SessionRecords {
  /** Fails with E_SESSION_OPEN when the job or retrieval has an open one. */
  insert(row: NewSession): Promise<Session>;
  /** undefined: there is an open one. Does not end the transaction, as a failure would. */
  tryInsert(row: NewSession): Promise<Session | undefined>;
  get(id: string): Promise<Session | undefined>;
  /** Newest first. */
  list(filter: SessionFilter, page: PageRequest): Promise<Page<Session>>;
  openOf(proxyId: string): Promise<readonly Session[]>;
  openOfJob(jobId: string): Promise<readonly Session[]>;
  setRetention(sessionId: string, result: RetentionResult): Promise<void>;
  setStorageTest(sessionId: string, result: StorageTestResult): Promise<void>;
  /**
   * The one compare-and-set of a session's state, by the transition table.
   * `assign` also raises the attempt. undefined: the trigger did not apply.
   */
  transition(transition: Transition): Promise<Session | undefined>;
  /** `accept` for all of them by the database's clock; the renewed ones come back. */
  renewLeases(
    proxyId: string,
    running: readonly SessionAttempt[],
    leaseMs: number,
  ): Promise<readonly SessionAttempt[]>;
  /** `lease-expired` for all whose lease ended. */
  expireLeases(): Promise<readonly Session[]>;
  /** After a start of the controller: nobody could renew while it was down. */
  extendLeases(leaseMs: number): Promise<void>;
  /** Lost, or stopping without a lease, for longer than graceMs. */
  silentSince(graceMs: number): Promise<readonly Session[]>;
  /** Moves the event cursor of (session, worker, attempt) to sequence if it is the next. */
  takeEvent(attempt: SessionAttempt, workerId: string, sequence: number): Promise<EventPlace>;
  /** An older attempt never overwrites a newer one's result. */
  putObject(attempt: SessionAttempt, object: SessionObject): Promise<void>;
  listObjects(
    sessionId: string,
    status: ObjectStatus | undefined,
    page: PageRequest,
  ): Promise<Page<SessionObject>>;
  /** @param at ISO 8601; absent: now */
  addLog(sessionId: string, level: LogLevel, message: string, at?: string): Promise<LogEntry>;
  listLog(sessionId: string, page: PageRequest): Promise<Page<LogEntry>>;
  logAfter(sessionId: string, number: number, limit: number): Promise<readonly LogEntry[]>;
  addFinding(sessionId: string, finding: Omit<Finding, 'number'>): Promise<void>;
  listFindings(sessionId: string, page: PageRequest): Promise<Page<Finding>>;
}
