import type { CatalogItem } from '@firn/shared/repository/catalog/row';
import type { ItemOrder, ItemPosition } from '@firn/shared/repository/point/item-order';
import type { RunEntry } from '@firn/shared/repository/run/run-layout';

/** What of an item is shown. */
export type CachedItem = Pick<
  CatalogItem,
  'itemId' | 'folderId' | 'name' | 'type' | 'size' | 'date' | 'columns' | 'failed'
>;

/** One state of an object: what one or more restore points show of it. */
export interface CacheState {
  readonly repositoryId: string;
  readonly jobId: string;
  readonly objectId: string;
  /** Names the state within the repository. */
  readonly state: string;
}

export interface BeginState extends CacheState {
  /** Names of the catalog's runs by level, newest first. */
  readonly levels: readonly (readonly string[])[];
  /** Of another state of the object nothing is taken over. */
  readonly afresh: boolean;
  readonly nowMs: number;
  /** What was used at or after this time makes no room. */
  readonly keepFromMs: number;
}

export interface BegunState {
  readonly buildId: number;
  /** So many of the oldest levels are held: the rows of an older state, taken over. */
  readonly heldLevels: number;
}

/**
 * - `added`
 * - `start-over`: rows that are held do not fit the new ones: begin afresh
 * - `full`: no room, whatever is given up
 * - `gone`: the cache was emptied meanwhile
 */
export type AddResult = 'added' | 'start-over' | 'full' | 'gone';

/** A state shows what it holds as far as item-level retention allows by now. */
interface ShownItems {
  /** Older items are left out; not those whose date is none. Undefined: nothing is. */
  readonly itemsSinceMs: number | undefined;
}

export interface FolderQuery extends ShownItems {
  readonly repositoryId: string;
  readonly state: string;
  readonly folderId: string;
  readonly order: ItemOrder;
  readonly after: ItemPosition | undefined;
  readonly limit: number;
}

export interface FolderResult {
  readonly items: readonly CachedItem[];
  /** Items of the folder. */
  readonly total: number;
}

/** Every member narrows; undefined: it does not. */
export interface ItemFilterQuery {
  /** Words and "phrases" of name, sender, recipients, folder; the beginning of a word is enough. */
  readonly text: string | undefined;
  readonly fromMs: number | undefined;
  /** Not included. */
  readonly toMs: number | undefined;
  readonly sizeMin: number | undefined;
  readonly sizeMax: number | undefined;
  readonly hasAttachment: boolean | undefined;
  /** With what lies below: `IPM.Note` finds `IPM.Note.SMIME` too. */
  readonly type: string | undefined;
}

export interface SearchQuery extends ShownItems {
  readonly repositoryId: string;
  readonly states: readonly string[];
  readonly filter: ItemFilterQuery;
  readonly order: ItemOrder;
  readonly after: FoundPosition | undefined;
  readonly limit: number;
}

/** Where a found item stands: its value in the order, its id, its object's id. */
export type FoundPosition = readonly [value: string | number, itemId: string, objectId: string];

export interface FoundItem extends CachedItem {
  readonly objectId: string;
  /** Names of the folders from the top, with `/` between them. */
  readonly path: string;
}

/**
 * Rows of catalogs, for browsing and searching. Only a cache: it may forget
 * anything at any time, and nothing but speed and search depends on it. Holds at
 * most so many bytes; what was used longest ago goes first. Failures are
 * E_BROWSE_CACHE_FAILED.
 *
 * A state is being built from begin to end, and can be asked from then on.
 */
export interface BrowseCache {
  /** Those of the states that can be asked. Counts as use. */
  ready(options: {
    readonly repositoryId: string;
    readonly states: readonly string[];
    readonly nowMs: number;
  }): Promise<ReadonlySet<string>>;
  begin(state: BeginState): Promise<BegunState>;
  /** Rows in order of keys, any number of times. */
  add(buildId: number, rows: readonly RunEntry[]): Promise<AddResult>;
  /** False: the cache was emptied meanwhile. */
  end(buildId: number): Promise<boolean>;
  abandon(buildId: number): Promise<void>;
  /** The next items of a folder; undefined: the state is not held. */
  folder(query: FolderQuery): Promise<FolderResult | undefined>;
  /** The next items that match, of those of the states that are held. */
  search(query: SearchQuery): Promise<readonly FoundItem[]>;
  /** Forgets every state of the objects. */
  forget(repositoryId: string, objectIds: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
