import type { AppError } from '../../errors/app-error.ts';
import type { CatalogFolder, CatalogItem } from '../catalog/row.ts';
import type { ObjectCatalog } from '../object/object-catalog.ts';
import type { OnLostRows } from '../object/object-state.ts';
import type { ByteRange } from '../ports.ts';
import type { ObjectCounts, ObjectIdentity } from '../session/repository-session.ts';
import type { ItemOrder } from './item-order.ts';

/** A protected object in a restore point. */
export interface PointObject extends ObjectIdentity {
  /** The session that stored this state: the point's, or an earlier one. */
  readonly sessionId: string;
  readonly committedAtMs: number;
  readonly mode: 'full' | 'incremental';
  readonly counts: ObjectCounts;
  /** Items that are not stored at their newest state; above 0 the object is partial. */
  readonly failedItems: number;
  readonly items: number;
  readonly folders: number;
  /**
   * Why it cannot be opened, and how little may be known of it: E_REPOSITORY_DAMAGED,
   * or E_OBJECT_STATE_LOST when a repair has said so. Undefined: nothing is known of it.
   */
  readonly failure?: AppError | undefined;
}

/** Undefined members: all. */
export interface ItemFilter {
  readonly folderIds?: ReadonlySet<string> | undefined;
  readonly itemIds?: ReadonlySet<string> | undefined;
  /** Of what the others let through, in order of ids, before anything of it is read. */
  readonly isWanted?: ((item: CatalogItem) => boolean | Promise<boolean>) | undefined;
}

export interface PageRequest {
  readonly folderId: string;
  /** Of the page before; undefined: the first page. */
  readonly cursor?: string | undefined;
  /** 1 to 1,000. */
  readonly limit: number;
  /** Default date. */
  readonly order?: ItemOrder | undefined;
}

export interface ItemPage {
  readonly items: readonly CatalogItem[];
  /** Undefined: this was the last page. */
  readonly cursor: string | undefined;
  /** Items of the folder, on all pages. */
  readonly total: number;
}

export interface ReadingOptions {
  /**
   * For whoever reads one item after the other to its end: each piece is good until
   * the next one, or the next item, is asked for, and then freed. Default: false.
   */
  readonly isLent?: boolean | undefined;
}

export interface ReadItem {
  readonly item: CatalogItem;
  /** Set when it is known already that the content cannot be read; content() then throws it. */
  readonly failure: AppError | undefined;
  /**
   * Once, before the next item is asked for. Throws E_REPOSITORY_DAMAGED
   * (context pack, objectId, itemIds) or E_BLOB_ARCHIVED. Never wrong bytes.
   */
  content(): AsyncIterable<Uint8Array>;
}

/** One object at one restore point. */
export interface ObjectReader {
  readonly object: PointObject;
  /** In order of ids; those behind `after` when it is given. Parents may come after children. */
  folders(after?: string): AsyncIterable<CatalogFolder>;
  /** In order of ids, as JavaScript orders strings. */
  items(): AsyncIterable<CatalogItem>;
  item(itemId: string): Promise<CatalogItem | undefined>;
  folder(folderId: string): Promise<CatalogFolder | undefined>;
  /** The rows as they are stored, for a cache of them: also of items that are too old to be shown. */
  readonly catalog: ObjectCatalog;
  /** Items of one folder, ordered. Each page reads the object's whole catalog as a stream. */
  page(request: PageRequest): Promise<ItemPage>;
  /** All bytes, or those of a range, which may reach beyond the end: only what they need is read. */
  content(item: CatalogItem, range?: ByteRange): AsyncIterable<Uint8Array>;
  /**
   * Items in the order in which their content lies in packs, so that each frame
   * is fetched and opened about once per window of 4 MiB of rows. A damaged item
   * is yielded with its failure, and the next ones follow.
   */
  readInPackOrder(filter?: ItemFilter, options?: ReadingOptions): AsyncIterable<ReadItem>;
}

/** A restore point: what a job had protected when the session ended. */
export interface PointReader {
  readonly jobId: string;
  readonly pointId: string;
  /** Of all objects, in order. */
  readonly objectIds: readonly string[];
  /** Item-level retention: older items are not shown, by the log as it was last read; undefined: all are. */
  readonly itemsSinceMs: number | undefined;
  /** In order of ids, as JavaScript orders strings; those behind `after` when it is given. */
  objects(after?: string): AsyncIterable<PointObject>;
  /** Names the object's state in the repository: the same as long as it is. E_OBJECT_NOT_IN_POINT */
  stateOf(objectId: string): string;
  /**
   * E_OBJECT_NOT_IN_POINT, E_OBJECT_STATE_LOST
   * @param onLostRows reads past damaged parts of the catalog, and tells them
   */
  object(objectId: string, onLostRows?: OnLostRows): Promise<ObjectReader>;
}
