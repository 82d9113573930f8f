import type { CatalogFolder, CatalogItem } from '../catalog/row.ts';

/** A row before its content has been stored. */
export type NewItem = Omit<CatalogItem, 'content' | 'recipe' | 'failed'>;

export interface ObjectIdentity {
  readonly objectId: string;
  readonly kind: 'mailbox' | 'onedrive';
  readonly userId: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
}

/** What the user sees beside an object of a session; stored as it is given. */
export type ObjectCounts = Readonly<Record<string, number>>;

export interface ObjectEnd {
  /** Covers exactly what was put, moved, removed or recorded as failed. */
  readonly syncState: Uint8Array;
  readonly mode: 'full' | 'incremental';
  readonly counts: ObjectCounts;
}

/**
 * An object as last committed by this job. It does not change while the session
 * writes: what the session itself put is not in it.
 */
export interface PreviousState {
  readonly syncState: Uint8Array;
  /** Undefined when the item is not stored. */
  item(itemId: string): Promise<CatalogItem | undefined>;
  folder(folderId: string): Promise<CatalogFolder | undefined>;
  /** In order of ids, as JavaScript orders strings. */
  items(): AsyncIterable<CatalogItem>;
  folders(): AsyncIterable<CatalogFolder>;
  /** Ids of the items that are not stored at their newest state. */
  failedItems(): AsyncIterable<string>;
}

/**
 * Writes one object of a session. Its methods are called one after the other
 * (each is awaited before the next). Several writers of one session may run at
 * the same time. open → finished by finish; open → abandoned by abandon or by
 * the first error that a method throws; nothing can be called afterwards.
 */
export interface ObjectWriter {
  readonly objectId: string;
  putFolder(row: CatalogFolder): Promise<void>;
  removeFolder(folderId: string): Promise<void>;
  /**
   * Takes content and row; they are stored when finish resolves, and until then an
   * error of storing may be thrown by any later method. When reading the content
   * fails, the error is thrown as it is, nothing of the item was recorded, and the
   * writer stays usable: answer with failItem.
   */
  putItem(row: NewItem, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /**
   * Only the row changed: the stored content stands. E_ITEM_NOT_STORED when there
   * is none; the writer stays usable.
   */
  moveItem(row: NewItem): Promise<void>;
  removeItem(itemId: string): Promise<void>;
  /** The newest state could not be read: an older one stays readable, marked as failed. */
  failItem(
    row: NewItem,
    problem: { readonly code: string; readonly message: string },
  ): Promise<void>;
  /**
   * After it the object is part of the session's next commit.
   * @returns bytes of content, before compression, that were not stored before
   */
  finish(end: ObjectEnd): Promise<{ readonly storedBytes: number }>;
  /** Forgets the object; what it stored becomes garbage. */
  abandon(): Promise<void>;
}

export interface Committed {
  /** Number of the log's newest entry, and its digest, 32 bytes hex. */
  readonly head: number;
  readonly digest: string;
  /** Ids of the objects that this commit added to the point. */
  readonly objects: readonly string[];
  /** Ids of finished objects that could not be committed, since data that they inherit is condemned: read them in full. */
  readonly refused: readonly string[];
  /** By the storage's clock. */
  readonly atMs: number;
  /** True when an object of this commit has failed items. */
  readonly partial: boolean;
}

/** Since the session was begun by this process. */
export interface SessionTotals {
  readonly storedBytes: number;
  readonly packs: number;
  /** Requests that write, of any kind. */
  readonly puts: number;
}

/**
 * One attempt of a session of a job. open → ended by commit({done: true}) or
 * close. Errors that end it: E_SESSION_SUPERSEDED (a newer attempt, or ended
 * by somebody else), E_REPOSITORY_FENCED (another owner).
 */
export interface RepositorySession {
  readonly jobId: string;
  readonly sessionId: string;
  readonly attempt: number;
  /** Committed by this session, by any attempt, up to now. */
  readonly committedObjects: ReadonlySet<string>;
  /**
   * Undefined: never committed, or not usable as a base: read the object in full.
   * Costs the request of the object's key, once for each process.
   */
  previous(objectId: string): Promise<PreviousState | undefined>;
  object(identity: ObjectIdentity): Promise<ObjectWriter>;
  /**
   * Nothing changed, not even the sync state: costs no request. The restore
   * point shows the object as last committed.
   */
  unchanged(objectId: string): void;
  /**
   * Commits all objects finished so far. With done the session ends: unfinished
   * objects are not in the point. Without done and without objects it writes
   * nothing.
   */
  commit(options: { readonly done: boolean }): Promise<Committed>;
  /** Ends a session that will not be finished. What it committed stays. */
  close(): Promise<void>;
  totals(): SessionTotals;
}
