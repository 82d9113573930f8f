import { AppError } from '@firn/shared/errors/app-error';
import { invariant } from '@firn/shared/errors/invariant';
import type { ListItems, SearchItems } from '@firn/shared/gen/firn/link/v1/link';
import {
  decodePosition,
  encodePosition,
  type ItemOrder,
  positionOf,
} from '@firn/shared/repository/point/item-order';
import type { ItemPage } from '@firn/shared/repository/point/point-reader';
import { toProblem } from '@firn/shared/rpc/problem';
import type { Clock } from '@firn/shared/time/clock';
import type { BrowseCache, CachedItem } from '../../ports/browse-cache.ts';
import { CatalogCaching } from './catalog-caching.ts';
import { limitOf, PageWriter } from './page-writer.ts';
import { type Indexed, PointIndexing } from './point-indexing.ts';
import { afterOf, filterOf, positionOfFound } from './search-request.ts';
import { settledWithin } from './settled-within.ts';
import { viewFound, viewItem } from './view-rows.ts';
import type { ViewedPoint } from './viewed-points.ts';

export interface BrowsingOptions {
  /** Undefined: it is turned off. */
  readonly cache: BrowseCache | undefined;
  readonly clock: Clock;
}

interface Cached {
  readonly cache: BrowseCache;
  readonly caching: CatalogCaching;
  readonly indexing: PointIndexing;
}

/** A page's items, with the total of the folder. */
type FolderItems = Omit<ItemPage, 'items'> & { readonly items: readonly CachedItem[] };

/** How long a page waits for its object to be cached before it reads the catalog itself. */
const patienceMs = 2_000;

/** Pages of items: out of the cache, or out of the catalog when there is none. */
export class Browsing {
  readonly #clock: Clock;
  readonly #cached: Cached | undefined;
  readonly #over = new AbortController();

  constructor({ cache, clock }: BrowsingOptions) {
    this.#clock = clock;
    if (cache === undefined) return;
    const { signal } = this.#over;
    const caching = new CatalogCaching({ cache, clock, signal });
    const indexing = new PointIndexing({ cache, caching, clock, signal });
    this.#cached = { cache, caching, indexing };
  }

  /** Ends what is done in the background. */
  async end(): Promise<void> {
    this.#over.abort();
    await this.#cached?.indexing.idle();
    await this.#cached?.caching.idle();
  }

  /**
   * Rows that are too large for a page follow on the next; one that alone is, without its columns.
   * E_OBJECT_NOT_IN_POINT, E_FOLDER_NOT_FOUND
   */
  async items(point: ViewedPoint, question: ListItems): Promise<Uint8Array> {
    const order = orderOf(question.order);
    const found = await this.#folder(point, question, order);
    if (found.total === 0) await mustHaveFolder(point, question);
    const page = new PageWriter();
    const end = pageEnd(page, found.items, viewItem);
    const last = end && encodePosition(positionOf(order, end));
    return page.end(last ?? found.cursor, { total: found.total });
  }

  /** E_BROWSE_CACHE_FULL, E_BROWSE_CACHE_FAILED, E_OBJECT_NOT_IN_POINT */
  async search(point: ViewedPoint, question: SearchItems): Promise<Uint8Array> {
    const { cache, indexing } = this.#required();
    const chosen = question.objectIds.length === 0 ? point.objectIds : question.objectIds;
    const states = chosen.map((objectId) => point.cacheState(objectId));
    const indexed = await indexing.index(point, states);
    const order = orderOf(question.order);
    const limit = limitOf(question.limit);
    const found = await cache.search({
      repositoryId: states[0]?.repositoryId ?? '',
      states: [...indexed.ready],
      filter: filterOf(question),
      itemsSinceMs: point.itemsSinceMs,
      ...{ order, after: afterOf(order, question.cursor), limit: limit + 1 },
    });
    const items = found.slice(0, limit);
    const page = new PageWriter();
    const next =
      pageEnd(page, items, viewFound) ?? (found.length > limit ? items.at(-1) : undefined);
    const cursor = next && encodePosition(positionOfFound(order, next));
    return page.end(cursor, { indexed: viewIndexed(indexed, states.length) });
  }

  async #folder(point: ViewedPoint, question: ListItems, order: ItemOrder): Promise<FolderItems> {
    const cached = await this.#fromCache(point, question, order).catch(() => undefined);
    if (cached !== undefined) return cached;
    const reader = await point.object(question.objectId);
    const { folderId } = question;
    const cursor = question.cursor === '' ? undefined : question.cursor;
    return reader.page({ folderId, cursor, limit: limitOf(question.limit), order });
  }

  async #fromCache(
    point: ViewedPoint,
    question: ListItems,
    order: ItemOrder,
  ): Promise<FolderItems | undefined> {
    if (this.#cached === undefined) return undefined;
    const { cache, caching } = this.#cached;
    const { objectId, folderId } = question;
    const wanted = point.cacheState(objectId);
    const { repositoryId, state } = wanted;
    const limit = limitOf(question.limit);
    const after = decodePosition(order, question.cursor);
    const { itemsSinceMs } = point;
    const place = { repositoryId, state, folderId, itemsSinceMs };
    const query = { ...place, order, after, limit: limit + 1 };
    const nowMs = this.#clock.now();
    const ready = await cache.ready({ repositoryId, states: [state], nowMs });
    if (!ready.has(state)) {
      const open = () => point.object(objectId);
      const holding = caching.hold({ state: wanted, open, keepFromMs: Number.MAX_SAFE_INTEGER });
      const { signal } = this.#over;
      await settledWithin(holding, { clock: this.#clock, waitMs: patienceMs, signal });
    }
    const page = await cache.folder(query);
    if (page === undefined) return undefined;
    const items = page.items.slice(0, limit);
    const last = page.items.length > limit ? items.at(-1) : undefined;
    return { items, total: page.total, cursor: last && encodePosition(positionOf(order, last)) };
  }

  #required(): Cached {
    if (this.#cached !== undefined) return this.#cached;
    throw new AppError(
      'E_BROWSE_CACHE_FULL',
      'the browse cache is turned off, nothing is searched',
    );
  }
}

async function mustHaveFolder(point: ViewedPoint, { objectId, folderId }: ListItems) {
  const reader = await point.object(objectId);
  if ((await reader.folder(folderId)) !== undefined) return;
  throw new AppError('E_FOLDER_NOT_FOUND', `the object has no folder ${JSON.stringify(folderId)}`);
}

/** Adds rows while they fit. The last one that fitted, when not all did. */
function pageEnd<Item extends CachedItem>(
  page: PageWriter,
  items: readonly Item[],
  view: (item: Item) => unknown,
): Item | undefined {
  let last: Item | undefined;
  for (const item of items) {
    if (!page.add(view(item))) {
      if (last !== undefined) return last;
      invariant(page.add(view({ ...item, columns: {} })), `${item.itemId} is larger than a page`);
    }
    last = item;
  }
  return undefined;
}

function orderOf(order: string): ItemOrder {
  return order === 'name' || order === 'size' ? order : 'date';
}

function viewIndexed({ state, ready, problem }: Indexed, objectsTotal: number) {
  const known = problem === undefined ? undefined : toProblem(problem);
  const told = known && { problem: { code: known.code, message: known.message } };
  return { state, objects: ready.size, objectsTotal, ...told };
}
