import type { AppError } from '../../errors/app-error.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { damaged, isDamage } from '../damaged.ts';
import type { ObjectState } from '../object/object-state.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { NamedContent } from './placed-content.ts';

/** An item and where its contents lie; or why that is not known. */
export interface LocatedItem {
  readonly item: CatalogItem;
  readonly contents: readonly NamedContent[];
  readonly failure: AppError | undefined;
}

/** Looks up contents of one object; remembers the places of segments. */
export class Locator {
  readonly #state: ObjectState;
  readonly #places = new Map<string, SegmentPlace>();
  #placesVersion = -1;
  /** Packs that nothing was moved out of. */
  readonly #unreadable = new Set<string>();

  constructor(state: ObjectState) {
    this.#state = state;
  }

  /** E_REPOSITORY_DAMAGED */
  async locate(contentId: string): Promise<NamedContent> {
    const address = await this.#state.address(contentId);
    if (address === undefined) {
      const { objectId } = this.#state.record;
      throw damaged(`the index of object ${objectId} does not know a content`, {
        objectId,
        contentId,
      });
    }
    return { contentId, address, place: await this.#place(address.segment) };
  }

  /** For a content that cannot be read: its segment may have been moved. Asks once a pack. */
  async locateAgain(content: NamedContent): Promise<NamedContent> {
    const { address, place } = content;
    if (this.#unreadable.has(place.pack)) return content;
    const again = await this.#state.placeAgain(address.segment);
    if (again.pack === place.pack) this.#unreadable.add(place.pack);
    return { ...content, place: again };
  }

  /** Remembered until consolidation has moved something. */
  async #place(segment: string): Promise<SegmentPlace> {
    const { placesVersion } = this.#state;
    if (this.#placesVersion !== placesVersion) this.#places.clear();
    this.#placesVersion = placesVersion;
    const place = this.#places.get(segment) ?? (await this.#state.place(segment));
    this.#places.set(segment, place);
    return place;
  }

  /** All at once, in order of content ids, so that each index frame is opened once. */
  async locateItems(items: readonly CatalogItem[]): Promise<LocatedItem[]> {
    const found = new Map<string, NamedContent | AppError>();
    const contentIds = [...new Set(items.flatMap(({ content }) => content))].sort();
    for (const contentId of contentIds) {
      found.set(contentId, await this.locate(contentId).catch(damageOrThrow));
    }
    return items.map((item) => located(item, found));
  }
}

function located(
  item: CatalogItem,
  found: ReadonlyMap<string, NamedContent | AppError>,
): LocatedItem {
  const contents: NamedContent[] = [];
  for (const contentId of item.content) {
    const content = found.get(contentId);
    if (content === undefined || content instanceof Error) {
      return { item, contents: [], failure: content };
    }
    contents.push(content);
  }
  return { item, contents, failure: undefined };
}

/** For catch. */
export function damageOrThrow(error: unknown): AppError {
  if (isDamage(error)) return error;
  throw error;
}
