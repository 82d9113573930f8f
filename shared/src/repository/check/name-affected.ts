import type { ErrorCode } from '../../errors/codes.ts';
import { isDamage } from '../damaged.ts';
import { referencedPlaces } from '../object/referenced-packs.ts';
import type { OpenContext } from '../open-context.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import { openState } from './check-objects.ts';
import { type Finding, finding, findingsOfItems } from './finding.ts';
import { type OwnedObject, ownedObjects } from './root-owners.ts';
import { locatedWindows, soundRows } from './sound-rows.ts';

/** What cannot be read of a pack, and why. */
export interface BadPart {
  readonly pack: string;
  /** `<segment>/<frame>`; undefined: the whole pack. */
  readonly frames: ReadonlySet<string> | undefined;
  readonly code: ErrorCode;
  readonly message: string;
}

/** So many items of an object are named per pack; all are counted. */
const itemsNamedMax = 100_000;

interface Affected {
  readonly items: Set<string>;
  readonly points: Set<string>;
  isMore: boolean;
}

/**
 * The findings of bad parts of packs: for each object that has content there,
 * the items and the points that show them. Reads lists and tables of all
 * objects, and catalogs only of those that refer to one of the packs.
 */
export async function* nameAffected(
  context: OpenContext,
  parts: readonly BadPart[],
): AsyncGenerator<Finding> {
  const byPack = new Map(parts.map((part) => [part.pack, part]));
  const hit = new Set<string>();
  for (const object of ownedObjects(context.log.state)) {
    const affected = await affectedOf(context, byPack, object);
    for (const [pack, { items, points, isMore }] of affected) {
      const part = byPack.get(pack);
      if (part === undefined) continue;
      hit.add(pack);
      const subject = {
        ...{ blob: pack, objectId: object.objectId },
        ...{ items: [...items].sort(), points: [...points] },
      };
      const more = isMore ? '; more items than are named' : '';
      yield* findingsOfItems(subject, part.code, `${part.message}${more}`);
    }
  }
  for (const { pack, code, message } of parts) {
    if (hit.has(pack)) continue;
    const nothing = `${message}; no item of a restore point lies there`;
    yield finding({ blob: pack, severity: 'warning' }, code, nothing);
  }
}

async function affectedOf(
  context: OpenContext,
  parts: ReadonlyMap<string, BadPart>,
  object: OwnedObject,
): Promise<ReadonlyMap<string, Affected>> {
  const affected = new Map<string, Affected>();
  for (const { root, points } of object.roots) {
    try {
      await addAffected(context, { parts, affected }, { root, points });
    } catch (error) {
      // The object itself is damaged, and reported as such.
      if (!isDamage(error)) throw error;
    }
  }
  return affected;
}

async function addAffected(
  context: OpenContext,
  { parts, affected }: { parts: ReadonlyMap<string, BadPart>; affected: Map<string, Affected> },
  { root, points }: OwnedObject['roots'][number],
): Promise<void> {
  const state = await openState(context, root);
  if (!(await refersToAny(state, parts))) return;
  const rows = soundRows(state, () => {});
  for await (const window of locatedWindows(state, rows)) {
    for (const { item, contents } of window) {
      for (const pack of badPacksOf(contents, parts)) {
        add(affected, pack, { itemId: item.itemId, points });
      }
    }
  }
}

async function refersToAny(
  { record, readers }: Awaited<ReturnType<typeof openState>>,
  parts: ReadonlyMap<string, BadPart>,
): Promise<boolean> {
  for await (const [, { pack }] of referencedPlaces(record, readers)) {
    if (parts.has(pack)) return true;
  }
  return false;
}

function badPacksOf(
  contents: readonly PlacedContent[],
  parts: ReadonlyMap<string, BadPart>,
): ReadonlySet<string> {
  const packs = new Set<string>();
  for (const { address, place } of contents) {
    const part = parts.get(place.pack);
    const isBad = part?.frames?.has(`${address.segment}/${address.frame}`) ?? part !== undefined;
    if (isBad) packs.add(place.pack);
  }
  return packs;
}

function add(
  affected: Map<string, Affected>,
  pack: string,
  { itemId, points }: { readonly itemId: string; readonly points: readonly string[] },
): void {
  const known = affected.get(pack) ?? { items: new Set(), points: new Set(), isMore: false };
  if (known.items.size < itemsNamedMax) known.items.add(itemId);
  else known.isMore ||= !known.items.has(itemId);
  for (const point of points) known.points.add(point);
  affected.set(pack, known);
}
