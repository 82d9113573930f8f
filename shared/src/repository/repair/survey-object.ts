import { type AppError, isAppError } from '../../errors/app-error.ts';
import type { OwnedObject, OwnedRoot } from '../check/root-owners.ts';
import { isDamage } from '../damaged.ts';
import type { ReadableKeys } from '../keys/readable-keys.ts';
import { keyIdsOf, type ObjectRecord } from '../object/object-record.ts';
import { ObjectState } from '../object/object-state.ts';
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
  /** States of which the record cannot be read, or no key of its rows. */
  readonly lost: readonly LostState[];
}

export interface LostState {
  readonly owned: OwnedRoot;
  /** Why it cannot be read. */
  readonly problem: AppError;
  /** Undefined: it is what cannot be read. */
  readonly record: ObjectRecord | undefined;
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
  for (const owned of object.roots) {
    const state = await openOrLost(context, owned, sources.keys);
    if (state === undefined) continue;
    if ('problem' in state) lost.push(state);
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
  return { object, states, runs, damaged, lost };
}

/** Undefined: it is marked as lost already. */
async function openOrLost(
  { ports, keys, meta, relocations }: OpenContext,
  owned: OwnedRoot,
  readable: ReadableKeys,
): Promise<ObjectState | LostState | undefined> {
  try {
    const opening = { compute: ports.compute, keys, meta, relocations };
    const state = await ObjectState.open(opening, owned.root);
    const keyIds = keyIdsOf(state.record);
    const lost = await readable.lostAmong(keyIds);
    const problem = lost.get(state.record.keyId);
    if (problem === undefined || lost.size < keyIds.length) return state;
    return { owned, problem, record: state.record };
  } catch (error) {
    if (isAppError(error, 'E_OBJECT_STATE_LOST')) return undefined;
    if (!isDamage(error)) throw error;
    return { owned, problem: error, record: undefined };
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
