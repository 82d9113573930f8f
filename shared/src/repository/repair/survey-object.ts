import type { AppError } from '../../errors/app-error.ts';
import { openState } from '../check/check-objects.ts';
import { type Finding, finding } from '../check/finding.ts';
import type { OwnedObject, OwnedRoot } from '../check/root-owners.ts';
import { isDamage } from '../damaged.ts';
import { decodeRoot, readRecord } from '../object/object-record.ts';
import type { ObjectState } from '../object/object-state.ts';
import type { OpenContext } from '../open-context.ts';
import { ObjectRuns, type RunSources, undefinedWhenDamaged } from './object-runs.ts';
import { placedItems } from './placed-rows.ts';

/** A state of an object of which not everything can be read. */
export interface DamagedState {
  readonly owned: OwnedRoot;
  readonly state: ObjectState;
  /** Undefined: it cannot be read. */
  readonly syncState: Uint8Array | undefined;
  /** Contents that cannot be read where the state's index says, or of which it does not know. */
  readonly unplaced: ReadonlySet<string>;
}

export interface ObjectSurvey {
  readonly object: OwnedObject;
  readonly states: readonly ObjectState[];
  readonly runs: ObjectRuns;
  /** Oldest first. */
  readonly damaged: readonly DamagedState[];
  /** States of which the record cannot be read. */
  readonly lost: readonly LostState[];
  /** States of which the record can be read, and the key cannot. */
  readonly unreadable: readonly Finding[];
}

export interface LostState {
  readonly owned: OwnedRoot;
  /** Why it cannot be read. */
  readonly problem: AppError;
}

interface OpenedState {
  readonly owned: OwnedRoot;
  readonly state: ObjectState;
}

/**
 * What is wrong with the states of one object. Each run is read once, whatever
 * number of states share it; rows only of the newest state, and of those that
 * have a damaged run.
 */
export async function surveyObject(
  context: OpenContext,
  object: OwnedObject,
  sources: RunSources,
): Promise<ObjectSurvey> {
  const opened: OpenedState[] = [];
  const lost: LostState[] = [];
  const unreadable: Finding[] = [];
  for (const owned of object.roots) {
    const problem = await problemOfRecord(context, owned);
    if (problem?.code === 'E_OBJECT_STATE_LOST') continue;
    if (problem !== undefined) {
      lost.push({ owned, problem });
      continue;
    }
    const state = await openOrTell(context, object, owned);
    if ('code' in state) unreadable.push(state);
    else opened.push({ owned, state });
  }
  const states = opened.map(({ state }) => state);
  const runs = await ObjectRuns.read([...states].reverse(), sources);
  const damaged: DamagedState[] = [];
  for (const { owned, state } of opened) {
    const isNewest = owned === object.roots.at(-1);
    const surveyed = await surveyState({ owned, state }, runs, isNewest);
    if (!isWhole(surveyed, runs)) damaged.push(surveyed);
    for (const reader of [state.readers.catalog, state.readers.index, state.readers.table]) {
      reader.forget();
    }
  }
  return { object, states, runs, damaged, lost, unreadable };
}

async function problemOfRecord(
  { ports, keys, meta }: OpenContext,
  { root }: OwnedRoot,
): Promise<AppError | undefined> {
  try {
    await readRecord({ compute: ports.compute, keys, meta }, root);
    return undefined;
  } catch (error) {
    if (!isDamage(error)) throw error;
    return error;
  }
}

async function openOrTell(
  context: OpenContext,
  { objectId }: OwnedObject,
  { root, points }: OwnedRoot,
): Promise<ObjectState | Finding> {
  try {
    return await openState(context, root);
  } catch (error) {
    if (!isDamage(error)) throw error;
    const { pack } = decodeRoot(root).ref;
    return finding({ blob: pack, objectId, points }, 'E_REPAIR_LEFT', error.message);
  }
}

async function surveyState(
  { owned, state }: OpenedState,
  runs: ObjectRuns,
  isNewest: boolean,
): Promise<DamagedState> {
  const unplaced = new Set<string>();
  if (isNewest || !runs.isStateSound(state)) {
    for await (const { item, contents } of placedItems(state, runs)) {
      for (const [at, contentId] of item.content.entries()) {
        if (contents[at] === undefined) unplaced.add(contentId);
      }
    }
  }
  const syncState = await state.syncState().catch(undefinedWhenDamaged);
  return { owned, state, syncState, unplaced };
}

function isWhole({ state, syncState, unplaced }: DamagedState, runs: ObjectRuns): boolean {
  return runs.isStateSound(state) && syncState !== undefined && unplaced.size === 0;
}

/** Why parts of the state's catalog cannot be read. */
export function lostParts({ record }: ObjectState, runs: ObjectRuns): readonly AppError[] {
  return record.catalog.flat().flatMap((run) => runs.damagesOf(run));
}
