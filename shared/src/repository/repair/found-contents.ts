import { keyIdsOf } from '../object/object-record.ts';
import type { PlacedContent } from '../read/placed-content.ts';
import type { FooterIndex } from './footer-index.ts';
import type { ObjectSurvey } from './survey-object.ts';

/** Where the contents lie that states of an object have lost track of. */
export interface FoundContents {
  readonly places: ReadonlyMap<string, PlacedContent>;
  /** Keys of the object that can be read: what lies under others is to be wrapped under one of these. */
  readonly ownKeyIds: ReadonlySet<string>;
  /** Nobody knows where they lay, and there are archived packs of which nothing tells. */
  readonly unsure: ReadonlySet<string>;
}

/** Looks into the other states of the object, then into the footers of packs. */
export async function findContents(
  { damaged, states, runs }: ObjectSurvey,
  footers: FooterIndex,
): Promise<FoundContents> {
  const keyIds = states.flatMap(({ record }) => keyIdsOf(record));
  const ownKeyIds = new Set(keyIds.filter((id) => !runs.lostKeys.has(id)));
  const isOwnKey = (id: string) => ownKeyIds.has(id);
  const places = new Map<string, PlacedContent>();
  const unsure = new Set<string>();
  const lost = new Set(damaged.flatMap(({ unplaced }) => [...unplaced]));
  // In order, so that each frame of an index is opened once.
  for (const contentId of [...lost].sort()) {
    const known = await runs.find(contentId);
    const placed = known.placed ?? footers.find(contentId, isOwnKey);
    if (placed !== undefined) places.set(contentId, placed);
    else if (!known.isKnown && footers.coldPacks > 0) unsure.add(contentId);
  }
  return { places, ownKeyIds, unsure };
}
