import type { CatalogFolder, CatalogItem } from '@firn/shared/repository/catalog/row';
import type { ProtectedObject, Scope } from '../domain/protected-object.ts';

/** One organization as a source of backups and a target of restores. */
export interface Source {
  /**
   * All objects of the scope. A name of the scope that does not exist fails
   * with E_SOURCE_USER_NOT_FOUND naming all of them; a user without mailbox or
   * OneDrive has none (and is reported by onNote).
   */
  listObjects(scope: Scope, signal: AbortSignal): AsyncIterable<ProtectedObject>;
  open(object: ProtectedObject): Promise<SourceObject>;
  openForRestore(object: ProtectedObject): Promise<RestoreTarget>;
  /** Since the source was made: HTTP requests, and the parts of batches beside them. */
  requests(): RequestCounts;
  close(): Promise<void>;
}

export interface RequestCounts {
  readonly http: number;
  readonly batched: number;
}

/** What the repository knows of an object from the sessions before. */
export interface KnownState {
  /** Rows as last committed; undefined when the item is not stored. */
  item(itemId: string): Promise<CatalogItem | undefined>;
  folder(folderId: string): Promise<CatalogFolder | undefined>;
  /** All stored rows in key order, for merging a full enumeration. */
  items(): AsyncIterable<CatalogItem>;
  folders(): AsyncIterable<CatalogFolder>;
  /** Ids of items that failed before and are not stored at their newest state. */
  failedItems(): AsyncIterable<string>;
  /**
   * False: too old for item-level retention. It is neither fetched nor yielded.
   * Absent: all are kept.
   */
  isKept?(item: Pick<SourceItem, 'date'>): boolean;
}

export interface SourceObject {
  /**
   * Changes since the sync state (undefined: everything), ending with exactly
   * one `state` change whose token covers all that was yielded before it. A
   * dead token is answered with `mode: 'full'`, a full enumeration merged with
   * what is known: unchanged items (same id, same change key) are not yielded,
   * vanished ones are removed at the end. Failed items of earlier sessions are
   * tried again.
   */
  changes(
    syncState: Uint8Array | undefined,
    known: KnownState,
    signal: AbortSignal,
  ): AsyncIterable<SourceChange>;
}

export type SourceChange =
  | { readonly type: 'mode'; readonly mode: 'full' | 'incremental'; readonly reason?: string }
  | { readonly type: 'folder'; readonly folder: CatalogFolder }
  | { readonly type: 'folder-removed'; readonly folderId: string }
  /** A new or changed item with its content, read once, in order; its bytes are gone with the next change. */
  | { readonly type: 'item'; readonly item: SourceItem; readonly content: ItemContent }
  /** Only the row changed (moved, renamed): the stored content stands. */
  | { readonly type: 'item-moved'; readonly item: SourceItem }
  | { readonly type: 'item-removed'; readonly itemId: string }
  | { readonly type: 'item-failed'; readonly item: SourceItem; readonly error: unknown }
  | { readonly type: 'state'; readonly syncState: Uint8Array };

/** A row before its content has been stored. */
export type SourceItem = Omit<CatalogItem, 'content' | 'recipe' | 'failed'>;

export type ItemContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /**
   * Large content; may fail while it is read: the item then counts as failed.
   * A piece is good until the next is asked for.
   */
  | {
      readonly kind: 'stream';
      readonly size: number;
      open(signal: AbortSignal): AsyncIterable<Uint8Array>;
    };

export interface RestoreItem {
  readonly item: CatalogItem;
  content(): AsyncIterable<Uint8Array>;
}

export interface RestoreOutcome {
  readonly status: 'created' | 'present' | 'failed';
  readonly error?: unknown;
}

/** Remembers non-idempotent calls before they are made, across process starts. */
export interface RestoreJournal {
  /** Durable before it resolves. */
  begin(itemId: string, note: string): Promise<void>;
  done(itemId: string): Promise<void>;
  /** 'begun': unclear whether it was applied; note is what begin was given. */
  state(
    itemId: string,
  ): Promise<
    | { readonly state: 'none' }
    | { readonly state: 'begun'; readonly note: string }
    | { readonly state: 'done' }
  >;
}

export interface RestoreTarget {
  /**
   * Makes sure that the folders exist (parents first); existing ones of the
   * same place are used. Answers the target's ids by the stored ids.
   */
  folders(
    rows: AsyncIterable<CatalogFolder>,
    signal: AbortSignal,
  ): Promise<ReadonlyMap<string, string>>;
  /**
   * Puts items back, with bounded concurrency inside. Never sends mail. An item
   * that is there already, unchanged, is `present`.
   */
  restore(
    items: AsyncIterable<RestoreItem>,
    folders: ReadonlyMap<string, string>,
    journal: RestoreJournal,
    signal: AbortSignal,
  ): AsyncIterable<{ readonly itemId: string; readonly outcome: RestoreOutcome }>;
}
