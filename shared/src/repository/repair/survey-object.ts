import type { AppError } from '../../errors/app-error.ts';
import { locatedWindows, soundRows } from '../check/sound-rows.ts';
import { isDamage } from '../damaged.ts';
import type { ObjectState } from '../object/object-state.ts';
import type { PlacedContent } from '../read/frame-reader.ts';
import { type LocatedItem, Locator } from '../read/locate.ts';
import type { StoredPacks } from './stored-packs.ts';

/** What is wrong with the newest state of an object. */
export interface ObjectSurvey {
  readonly state: ObjectState;
  /** Parts of the catalog that cannot be read: what they said is not known. */
  readonly lostParts: readonly AppError[];
  /** Undefined: it cannot be read. */
  readonly syncState: Uint8Array | undefined;
  /** Contents that cannot be read where the index says, or of which it does not know. */
  readonly unplaced: ReadonlySet<string>;
}

export function isSound({ lostParts, syncState, unplaced }: ObjectSurvey): boolean {
  return lostParts.length === 0 && syncState !== undefined && unplaced.size === 0;
}

export async function surveyObject(state: ObjectState, packs: StoredPacks): Promise<ObjectSurvey> {
  const lostParts: AppError[] = [];
  const unplaced = new Set<string>();
  const locator = new Locator(state);
  const rows = soundRows(state, (error) => lostParts.push(error));
  for await (const window of locatedWindows(state, rows)) {
    for (const located of window) {
      const places = await placesOf(locator, located);
      for (const [at, contentId] of located.item.content.entries()) {
        const placed = places[at];
        if (placed === undefined || !packs.isUsable(placed)) unplaced.add(contentId);
      }
    }
  }
  const syncState = await state.syncState().catch(orUndefinedWhenDamaged);
  return { state, lostParts, syncState, unplaced };
}

/** One per content of the item; undefined: the index does not tell. */
export async function placesOf(
  locator: Locator,
  { item, contents, failure }: LocatedItem,
): Promise<readonly (PlacedContent | undefined)[]> {
  if (failure === undefined) return contents;
  const places: (PlacedContent | undefined)[] = [];
  for (const contentId of item.content) {
    places.push(await locator.locate(contentId).catch(orUndefinedWhenDamaged));
  }
  return places;
}

function orUndefinedWhenDamaged(error: unknown): undefined {
  if (isDamage(error)) return undefined;
  throw error;
}
