import { damaged } from '../damaged.ts';
import { rootsOf } from '../log/state/roots.ts';
import { decodeRoot } from '../object/object-record.ts';
import { ObjectState } from '../object/object-state.ts';
import { referencedPlaces } from '../object/referenced-packs.ts';
import type { SegmentPlace } from '../object/segment-place.ts';
import type { OpenContext } from '../open-context.ts';
import { trailerBytes } from '../pack/pack-layout.ts';
import { Locator } from '../read/locate.ts';
import { type Finding, findingOf, tried } from './finding.ts';

/** What the objects say of the packs: how long each must be. */
export interface ExpectedPack {
  /** 0: not known. */
  exactLength: number;
  lengthMin: number;
}

export interface ReferredPacks {
  readonly data: Map<string, ExpectedPack>;
  readonly meta: Set<string>;
}

/** Reads every catalog, index and table that a point or pin needs; gathers their packs. */
export async function* checkObjects(
  context: OpenContext,
  packs: ReferredPacks,
): AsyncGenerator<Finding> {
  for (const root of rootsOf(context.log.state)) {
    yield* checkObject(context, packs, root);
  }
}

async function* checkObject(
  context: OpenContext,
  packs: ReferredPacks,
  root: string,
): AsyncGenerator<Finding> {
  const { pack } = decodeRoot(root).ref;
  packs.meta.add(pack);
  let state: ObjectState;
  try {
    state = await openState(context, root);
  } catch (error) {
    yield findingOf(error, { blob: pack });
    return;
  }
  const { objectId } = state.record;
  const { record } = state;
  for (const run of [record.catalog, record.index, record.table].flat(2)) packs.meta.add(run.pack);
  packs.meta.add(record.state.pack);
  const checks = [() => checkRows(state), () => addPlaces(packs, state), () => state.syncState()];
  for (const check of checks) {
    const found = await tried({ blob: pack, objectId }, check);
    if (found !== undefined) yield found;
  }
}

export function openState(context: OpenContext, root: string): Promise<ObjectState> {
  const { ports, keys, meta } = context;
  return ObjectState.open({ compute: ports.compute, keys, meta }, root);
}

/** Every row is readable, every content known, and there are as many rows as the record says. */
async function checkRows(state: ObjectState): Promise<void> {
  const locator = new Locator(state);
  let items = 0;
  for await (const item of state.items()) {
    items += 1;
    for (const contentId of item.content) await locator.locate(contentId);
  }
  let folders = 0;
  for await (const _ of state.folders()) folders += 1;
  const { record } = state;
  if (items === record.items && folders === record.folders) return;
  throw damaged(
    `the catalog has ${items} items and ${folders} folders, not ${record.items} and ${record.folders}`,
  );
}

async function addPlaces({ data }: ReferredPacks, state: ObjectState): Promise<void> {
  for await (const [, place] of referencedPlaces(state.record, state.readers)) {
    const known = data.get(place.pack) ?? { exactLength: 0, lengthMin: 0 };
    data.set(place.pack, known);
    known.exactLength = Math.max(known.exactLength, place.packLength);
    known.lengthMin = Math.max(known.lengthMin, endOf(place));
  }
}

function endOf({ offset, length }: SegmentPlace): number {
  return offset + length + trailerBytes;
}
