import type { ApplianceSettings } from '../domain/appliance-settings.ts';
import type {
  ApiToken,
  ApplianceTemplate,
  CopyJob,
  Job,
  ObjectStorage,
  Organization,
  Repository,
  Retention,
} from '../domain/resources.ts';
import type { Worker } from '../domain/worker.ts';
import type { RestorePointRecords, RetrievalRecords } from './restore-records.ts';
import type { CopyQueueRecords, ScheduleRecords } from './schedule-records.ts';
import type { SessionRecords } from './session-records.ts';
import type { ApplianceRecords, WorkerRecords } from './worker-records.ts';

export interface PageRequest {
  readonly cursor: string | undefined;
  readonly limit: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Absent on the last page. */
  readonly nextCursor: string | undefined;
}

/** What an operator configures and names. Deleted ones are not found. */
export interface NamedRecords<T, New> {
  /** Fails with E_NAME_TAKEN. */
  insert(row: New): Promise<T>;
  find(idOrName: string): Promise<T | undefined>;
  list(page: PageRequest): Promise<Page<T>>;
  /** Names of what needs this one, e.g. `job "all mail"`. */
  usersOf(id: string): Promise<readonly string[]>;
  /** Keeps the row for the history, without its secrets. */
  remove(id: string): Promise<void>;
}

export type NewOrganization = Omit<Organization, 'createdAt'>;
export type NewObjectStorage = Omit<ObjectStorage, 'createdAt'>;
export type NewRepository = Omit<
  Repository,
  'createdAt' | 'state' | 'logHead' | 'logDigest' | 'sealedNextRootKey'
>;
type Derived = 'createdAt' | 'lastSessionId' | 'schedule' | 'enabled' | 'nextRunAt';
export type NewJob = Omit<Job, Derived>;
export type NewCopyJob = Omit<CopyJob, Derived>;

export interface ObjectStorageRecords extends NamedRecords<ObjectStorage, NewObjectStorage> {
  /** Proxies with repositories there. */
  proxiesOf(id: string): Promise<readonly Pick<Worker, 'id' | 'name'>[]>;
}

export interface ApplianceTemplateRecords
  extends NamedRecords<ApplianceTemplate, Omit<ApplianceTemplate, 'createdAt'>> {
  /** Of all templates that there are. */
  settings(): Promise<readonly ApplianceSettings[]>;
}

export interface ChangedHeader {
  readonly header: Uint8Array;
  readonly encrypted: boolean;
  readonly takesNextRootKey: boolean;
}

export interface RepositoryRecords extends NamedRecords<Repository, NewRepository> {
  setState(id: string, state: Repository['state']): Promise<void>;
  setRetention(id: string, retention: Retention): Promise<void>;
  /**
   * Ready ones, at least as old as this, in which a backup or copy ended since
   * retention was last run, and it was not run for so long. Copies that are not hot for
   * 40 days after they ended: their tails grow old.
   */
  dueForRetention(everyMs: number): Promise<readonly Pick<Repository, 'id' | 'proxyId'>[]>;
  setNextRootKey(id: string, sealed: Uint8Array): Promise<void>;
  /** The header that counts now; with the next root key, that one becomes the repository's. */
  setHeader(id: string, changed: ChangedHeader): Promise<void>;
  /** Repositories that copy jobs of this one's jobs write to. */
  copiesOf(
    id: string,
  ): Promise<readonly { copyJob: string; repositoryId: string; repository: string }[]>;
  /** Of copy jobs that write to it, the largest; undefined: there is none. */
  packSizeMib(id: string): Promise<number | undefined>;
  /** Only ever forward. */
  setLogHead(id: string, head: number, digest: Uint8Array): Promise<void>;
}

/** Without its schedule, which is inserted after it. */
export interface CopyJobRecords extends Omit<NamedRecords<CopyJob, NewCopyJob>, 'insert'> {
  /** Fails with E_NAME_TAKEN. */
  insert(row: NewCopyJob): Promise<void>;
  ofJob(jobId: string): Promise<readonly CopyJob[]>;
}

export interface JobRecords extends Omit<NamedRecords<Job, NewJob>, 'insert'> {
  /** Without its schedule, which is inserted after it. Fails with E_NAME_TAKEN. */
  insert(row: NewJob): Promise<void>;
  /** @param retention null: the repository's */
  setRetention(id: string, retention: Retention | null): Promise<void>;
  /** Backup jobs and copy jobs, with the retention that they have of their own. */
  writingTo(repositoryId: string): Promise<readonly JobRetention[]>;
}

export interface JobRetention {
  readonly id: string;
  readonly retention: Retention | null;
  /** This point and all newer ones are still to be copied; null: none is. */
  readonly neededFrom: string | null;
}

export interface TokenRecords {
  insert(row: NewApiToken): Promise<ApiToken>;
  get(id: string): Promise<ApiToken | undefined>;
  list(page: PageRequest): Promise<Page<ApiToken>>;
  /** False when there was none. */
  remove(id: string): Promise<boolean>;
  /** Writes at most once a minute. */
  touch(id: string): Promise<void>;
  count(): Promise<number>;
}

export interface NewApiToken extends Pick<ApiToken, 'id' | 'name' | 'scope' | 'secretHash'> {
  readonly expiresInDays: number | null;
}

export interface StoredAuthority {
  readonly id: string;
  readonly certificatePem: string;
  readonly sealedPrivateKey: Uint8Array;
}

export interface AuthorityRecords {
  get(): Promise<StoredAuthority | undefined>;
  /** The stored one: another controller may have been first. */
  insertOrGet(row: StoredAuthority): Promise<StoredAuthority>;
}

export interface IdempotencyKey {
  readonly tokenId: string;
  readonly operation: string;
  readonly key: string;
}

export type IdempotencyState =
  | { readonly state: 'new' }
  /** The first request of this key, less than a minute ago, has not been answered. */
  | { readonly state: 'unfinished' }
  | { readonly state: 'other-request' }
  | { readonly state: 'answered'; readonly status: number; readonly response: unknown };

export interface IdempotencyRecords {
  begin(key: IdempotencyKey, requestHash: Uint8Array): Promise<IdempotencyState>;
  finish(key: IdempotencyKey, status: number, response: unknown): Promise<void>;
  /** After a failure: the key may be tried again. */
  forget(key: IdempotencyKey): Promise<void>;
  /** Older than a day. */
  expire(): Promise<void>;
}

/** The record of everything, in one transaction or outside of any. */
export interface Records {
  readonly organizations: NamedRecords<Organization, NewOrganization>;
  readonly objectStorages: ObjectStorageRecords;
  readonly repositories: RepositoryRecords;
  readonly jobs: JobRecords;
  readonly copyJobs: CopyJobRecords;
  readonly schedules: ScheduleRecords;
  readonly copyQueue: CopyQueueRecords;
  readonly tokens: TokenRecords;
  readonly authorities: AuthorityRecords;
  readonly idempotency: IdempotencyRecords;
  readonly workers: WorkerRecords;
  readonly appliances: ApplianceRecords;
  readonly applianceTemplates: ApplianceTemplateRecords;
  readonly sessions: SessionRecords;
  readonly restorePoints: RestorePointRecords;
  readonly retrievals: RetrievalRecords;
}

export interface Database extends Records {
  /** All or nothing. work may run again when the database asks for it. */
  transaction<T>(work: (records: Records) => Promise<T>): Promise<T>;
}
