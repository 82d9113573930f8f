import { isAppError } from '../../errors/app-error.ts';
import { invariant } from '../../errors/invariant.ts';
import type { CatalogItem } from '../catalog/row.ts';
import { isTail } from '../log/names.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { ItemFilter, PointReader } from '../point/point-reader.ts';
import type { StoredObjectReader } from '../point/stored-object-reader.ts';
import { StoredPointReader } from '../point/stored-point-reader.ts';
import { type LocatedItem, Locator } from '../read/locate.ts';
import { frameId, type PlacedContent } from '../read/placed-content.ts';

export interface Selection extends ItemFilter {
  readonly objectId: string;
}

export interface NeededPack {
  /** Blob name, `packs/…`. */
  readonly pack: string;
  /** Sealed bytes of it that a restore of the selection reads. */
  readonly neededBytes: number;
  /** Length of the blob; 0 when the repository does not know it (shared hot packs). */
  readonly packBytes: number;
  /** Items with content in it. */
  readonly items: number;
}

type Counted = { -readonly [K in keyof NeededPack]: NeededPack[K] };

const batchItems = 10_000;

/**
 * Exactly the packs that the selection needs, by name; undefined: all objects. Tails are
 * left out: they lie in a hot class, whatever the others do.
 *
 * Reads no pack.
 */
export async function packsNeeded(
  point: PointReader,
  selections?: readonly Selection[],
): Promise<readonly NeededPack[]> {
  invariant(point instanceof StoredPointReader, 'the point is of a repository');
  const packs = new PackCounts();
  const everything = point.objectIds.map((objectId): Selection => ({ objectId }));
  for (const selection of selections ?? everything) {
    const reader = await point.object(selection.objectId).catch(undefinedWhenLost);
    if (reader !== undefined) await addObject(packs, reader, selection);
  }
  return packs.list();
}

/** Of what is lost nothing is needed; whoever restores it is told. */
function undefinedWhenLost(error: unknown): undefined {
  if (isAppError(error, 'E_OBJECT_STATE_LOST')) return undefined;
  throw error;
}

async function addObject(
  packs: PackCounts,
  reader: StoredObjectReader,
  filter: ItemFilter,
): Promise<void> {
  const locator = new Locator(reader.state);
  let batch: CatalogItem[] = [];
  const addBatch = async () => {
    for (const located of await locator.locateItems(batch)) packs.add(located);
    batch = [];
  };
  for await (const item of reader.selected(filter)) {
    batch.push(item);
    if (batch.length >= batchItems) await addBatch();
  }
  await addBatch();
}

class PackCounts {
  readonly #packs = new Map<string, Counted>();
  readonly #frames = new Set<string>();

  add({ contents }: LocatedItem): void {
    const thawed = contents.filter(({ place }) => !isTail(place.pack));
    for (const content of thawed) this.#addContent(content);
    for (const pack of new Set(thawed.map(({ place }) => this.#of(place)))) pack.items += 1;
  }

  list(): NeededPack[] {
    return [...this.#packs.values()].sort((a, b) => (a.pack < b.pack ? -1 : 1));
  }

  #addContent(content: PlacedContent): void {
    if (this.#frames.has(frameId(content))) return;
    this.#frames.add(frameId(content));
    this.#of(content.place).neededBytes += content.address.frameLength;
  }

  #of({ pack, packLength }: SegmentPlace): Counted {
    const known = this.#packs.get(pack) ?? {
      pack,
      neededBytes: 0,
      packBytes: packLength,
      items: 0,
    };
    this.#packs.set(pack, known);
    return known;
  }
}
