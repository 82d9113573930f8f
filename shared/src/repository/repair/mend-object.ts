import type { AppError } from '../../errors/app-error.ts';
import { failedKey, itemKey } from '../catalog/catalog-keys.ts';
import type { OwnedRoot } from '../check/root-owners.ts';
import { encodeJson } from '../json.ts';
import type { ObjectKey } from '../keys/key-ring.ts';
import { type SealedNames, sealNames } from '../object/object-names.ts';
import {
  keyIdsOf,
  type ObjectRecord,
  type StoredState,
  type WholeRecord,
} from '../object/object-record.ts';
import type { OpenContext } from '../open-context.ts';
import type { Level } from '../run/run-layout.ts';
import type { RunWriter } from '../run/run-writer.ts';
import type { SessionPacks } from '../session/session-packs.ts';
import { storeSyncState } from '../session/store-sync-state.ts';
import type { FoundContents } from './found-contents.ts';
import { isLost, type LostItems, lostRow } from './lost-items.ts';
import { namedStates } from './lost-state.ts';
import { MendedRuns } from './mended-runs.ts';
import { undefinedWhenDamaged } from './object-runs.ts';
import { placedItems } from './placed-rows.ts';
import { type DamagedState, lostParts, type ObjectSurvey } from './survey-object.ts';

/** A damaged state, and what can be kept of it. */
export interface StatePlan {
  readonly damaged: DamagedState;
  readonly lost: LostItems;
}

export interface MendObjectOptions {
  readonly context: OpenContext;
  readonly packs: SessionPacks;
  readonly survey: ObjectSurvey;
  readonly found: FoundContents;
  /** For rows of lost items, ms since the epoch. */
  readonly nowMs: number;
}

/** A state that was written again. */
export interface MendedState {
  readonly owned: OwnedRoot;
  readonly record: WholeRecord;
}

/** Writes damaged states of one object again. docs/repository-format.md, "Rebuilding". */
export class ObjectMend {
  readonly #options: MendObjectOptions;
  readonly #runs: MendedRuns;
  /** Rows of lost items, by what was lost and the key. */
  readonly #lostRows = new Map<string, Level>();
  #newKey: Promise<ObjectKey> | undefined;

  constructor(options: MendObjectOptions) {
    this.#options = options;
    const { objectId } = options.survey.object;
    const { runs } = options.survey;
    const ownKey = () => this.#keyFor({ keyId: this.#newestKeyId, objectId });
    this.#runs = new MendedRuns({ ...options, objectId, runs, ownKey });
  }

  async mend({ damaged, lost }: StatePlan): Promise<MendedState> {
    const { state, owned } = damaged;
    const { besidePacks: _, base: __, ...record } = state.record;
    const key = await this.#keyFor(record);
    const olderKeyIds = keyIdsOf(state.record).filter((id) => {
      return id !== key.id && !this.#lostKeys.has(id);
    });
    const rows = await this.#lostLevel({ damaged, lost }, key);
    const catalog = await this.#runs.catalog(state, key);
    const { items, folders, failedItems } = lost.counts;
    const mended: WholeRecord = {
      ...{ ...record, keyId: key.id, olderKeyIds, items, folders, failedItems },
      catalog: rows.length === 0 ? catalog : [rows, ...catalog],
      index: await this.#runs.index(state),
      table: await this.#runs.table(state),
      names: await this.#names(damaged, key),
      state: await this.#syncState(damaged, key),
    };
    return { owned, record: mended };
  }

  /** Where its own cannot be opened those of another state; else what they are: under no key. */
  async #names({ state }: DamagedState, key: ObjectKey): Promise<SealedNames> {
    const { names: sealed, keyId } = state.record;
    if (keyId === key.id) return sealed;
    for (const named of [state, ...namedStates(this.#options.survey)]) {
      const names = await named.names().catch(undefinedWhenDamaged);
      if (names !== undefined) return sealNames(this.#options.context.ports, key.key, names);
    }
    return sealed;
  }

  /** Empty: no state can be read. */
  get #newestKeyId(): string {
    return this.#options.survey.states.at(-1)?.record.keyId ?? '';
  }

  get #lostKeys(): ReadonlyMap<string, AppError> {
    return this.#options.survey.runs.lostKeys;
  }

  /** Without all rows the source is asked for everything: an empty state says so. */
  async #syncState({ state, syncState }: DamagedState, key: ObjectKey): Promise<StoredState> {
    const { context, packs, survey } = this.#options;
    const isWhole = lostParts(state, survey.runs).length === 0;
    if (!isWhole || syncState === undefined) return { inline: '' };
    const { state: stored, keyId, objectId } = state.record;
    if (keyId === key.id) return stored;
    return storeSyncState({ ports: context.ports, meta: packs.meta, key, objectId }, syncState);
  }

  /** The state's own while it is of the current key epoch and not lost; else the newest state's, or a new one. */
  async #keyFor({ keyId, objectId }: Pick<ObjectRecord, 'keyId' | 'objectId'>): Promise<ObjectKey> {
    const { keys } = this.#options.context;
    for (const id of [keyId, this.#newestKeyId]) {
      if (this.#lostKeys.has(id) || !keys.isCurrent(id)) continue;
      return { id, key: await keys.objectKey(id) };
    }
    this.#newKey ??= keys.createObjectKey(objectId);
    return this.#newKey;
  }

  async #lostLevel(plan: StatePlan, key: ObjectKey): Promise<Level> {
    const { items, unmarked, digest } = plan.lost;
    if (items.length === 0 && unmarked.length === 0) return [];
    const id = `${digest} ${key.id}`;
    const known = this.#lostRows.get(id);
    if (known !== undefined) return known;
    const writer = await this.#runs.writer('catalog', key);
    await this.#writeLost(writer, plan);
    const level = await writer.finish();
    this.#lostRows.set(id, level);
    return level;
  }

  async #writeLost(writer: RunWriter, { damaged, lost }: StatePlan): Promise<void> {
    const { survey, found, nowMs } = this.#options;
    for await (const placed of placedItems(damaged.state, survey.runs)) {
      if (!isLost(placed, found)) continue;
      const { item } = placed;
      await writer.add({ key: itemKey(item.itemId), value: encodeJson(lostRow(item, nowMs)) });
    }
    for (const itemId of lost.unmarked) {
      await writer.add({ key: failedKey(itemId), value: encodeJson({}) });
    }
  }
}

/** Why parts of catalogs are lost, once for each. */
export function lostPartsOf(
  { runs }: ObjectSurvey,
  states: readonly DamagedState[],
): ReadonlySet<AppError> {
  return new Set(states.flatMap(({ state }) => [...lostParts(state, runs)]));
}
