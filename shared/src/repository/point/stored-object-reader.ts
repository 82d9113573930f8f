import type { CatalogFolder, CatalogItem } from '../catalog/row.ts';
import { undefinedWhenDamaged } from '../damaged.ts';
import { catalogOf, type ObjectCatalog } from '../object/object-catalog.ts';
import type { ObjectState } from '../object/object-state.ts';
import { isSharedPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import type { ByteRange } from '../ports.ts';
import type { FrameAccess } from '../read/frame-access.ts';
import { FrameReader } from '../read/frame-reader.ts';
import { Locator } from '../read/locate.ts';
import type { PackFetcher } from '../read/pack-fetcher.ts';
import {
  neverStored,
  type PackOrder,
  readInPackOrder,
  stream,
  streamRange,
} from '../read/pack-order.ts';
import { SegmentKeys } from '../read/segment-keys.ts';
import { isItemKept, keptItems } from '../retention/item-cutoff.ts';
import { openSegmentKey } from '../segment/wrapped-key.ts';
import { ItemPageBuilder } from './item-page.ts';
import type {
  ItemFilter,
  ItemPage,
  ObjectReader,
  PageRequest,
  PointObject,
  ReadItem,
  ReadingOptions,
} from './point-reader.ts';

export interface ObjectReaderOptions {
  readonly context: OpenContext;
  readonly packs: PackFetcher;
  readonly object: PointObject;
  readonly state: ObjectState;
  /** Item-level retention: older items are not shown; undefined: all are. */
  readonly itemsSinceMs: number | undefined;
}

export class StoredObjectReader implements ObjectReader {
  readonly object: PointObject;
  readonly state: ObjectState;
  readonly catalog: ObjectCatalog;
  readonly #options: ObjectReaderOptions;
  readonly #order: PackOrder;

  constructor(options: ObjectReaderOptions) {
    this.#options = options;
    this.object = options.object;
    this.state = options.state;
    this.#order = this.#newOrder();
    this.catalog = catalogOf(options.state);
  }

  folders(after?: string): AsyncIterable<CatalogFolder> {
    return this.state.folders(after);
  }

  get itemsSinceMs(): number | undefined {
    return this.#options.itemsSinceMs;
  }

  items(): AsyncIterable<CatalogItem> {
    return keptItems(this.state.items(), this.itemsSinceMs);
  }

  async item(itemId: string): Promise<CatalogItem | undefined> {
    const item = await this.state.item(itemId);
    return item !== undefined && isItemKept(item, this.itemsSinceMs) ? item : undefined;
  }

  folder(folderId: string): Promise<CatalogFolder | undefined> {
    return this.state.folder(folderId);
  }

  async page(request: PageRequest): Promise<ItemPage> {
    const page = new ItemPageBuilder<CatalogItem>(request);
    for await (const item of this.items()) page.add(item);
    return page.end();
  }

  async *content(item: CatalogItem, range?: ByteRange): AsyncGenerator<Uint8Array> {
    const missing = neverStored(this.#order, item);
    if (missing !== undefined) throw missing;
    const [located] = await this.#order.locator.locateItems([item]);
    if (located?.failure !== undefined) throw located.failure;
    if (located === undefined) return;
    if (range === undefined) yield* stream(this.#order, located);
    else yield* streamRange(this.#order, located, range);
  }

  /** Has frames of its own, so that several may run at the same time. */
  readInPackOrder(filter: ItemFilter = {}, options?: ReadingOptions): AsyncIterable<ReadItem> {
    return readInPackOrder(this.#newOrder(), this.selected(filter), options);
  }

  async *selected({ folderIds, itemIds, isWanted }: ItemFilter): AsyncGenerator<CatalogItem> {
    for await (const item of this.#candidates(itemIds)) {
      if (folderIds?.has(item.folderId) === false) continue;
      if (isWanted === undefined || (await isWanted(item))) yield item;
    }
  }

  /** Few are looked up one by one. */
  async *#candidates(itemIds: ItemFilter['itemIds']): AsyncGenerator<CatalogItem> {
    if (itemIds === undefined || itemIds.size > 1_000) {
      for await (const item of this.items()) if (itemIds?.has(item.itemId) ?? true) yield item;
      return;
    }
    for (const itemId of [...itemIds].sort()) {
      const item = await this.item(itemId);
      if (item !== undefined) yield item;
    }
  }

  #newOrder(): PackOrder {
    const { context, object, state } = this.#options;
    const { objectId } = object;
    const locator = new Locator(state);
    const access = this.#access();
    const frames = new FrameReader({
      ...{ access, objectId },
      placeAgain: (content) => locator.locateAgain(content),
      onDamaged: async (place) => {
        if (isSharedPlace(place)) await context.sharedChunks.forgetPacks([place.pack]);
      },
    });
    return { objectId, access, frames, locator };
  }

  #access(): FrameAccess {
    const { context, packs, state } = this.#options;
    const { keys, ports } = context;
    const { compute } = ports;
    const segmentKeys = new SegmentKeys(async ({ address, place }) => {
      const { keyId, segmentKey } = place;
      const segment = { id: address.segment, segmentKey };
      return openSegmentKey(compute, await keys.objectKey(keyId), segment);
    });
    // Where the secret of a copy is lost, which check tells, its items can still be read.
    const contentIdSecrets = async () => {
      const secret = await keys
        .contentIdSecret(state.record.contentIds)
        .catch(undefinedWhenDamaged);
      return secret === undefined ? [] : [secret];
    };
    return { compute, packs, segmentKeys, contentIdSecrets };
  }
}
