import { destroyKeys } from '@firn/shared/repository/erase/destroy-keys';
import { destroyStrayKeys } from '@firn/shared/repository/garbage/stray-keys';
import { type Marker, sweepCondemned } from '@firn/shared/repository/log/garbage';
import type { IsNamed } from '@firn/shared/repository/log/owner';
import { keepsRelocation } from '@firn/shared/repository/log/relocation';
import { RepositoryLog } from '@firn/shared/repository/log/repository-log';
import type { LogRules } from '@firn/shared/repository/log/rules';
import { standardRules } from '@firn/shared/repository/log/rules';
import type { Controller } from './controller.ts';
import type { Habits } from './habits.ts';
import type { ModelFormat } from './model-format.ts';
import type { ModelIndex } from './model-index.ts';
import type { Oracle } from './oracle.ts';
import type { PlainCodec } from './plain-codec.ts';
import { SimBlobStore, type SimNetwork } from './sim-blob-store.ts';
import type { SimProcess } from './sim-process.ts';
import type { Source } from './source.ts';
import type { World } from './world.ts';

/**
 * What the processes of a run do by the rules. A planted defect takes one of
 * these away; the product's code has no switch for it.
 */
export interface Conduct {
  readonly rules: LogRules;
  readonly isNamed: (honest: IsNamed) => IsNamed;
  /** Called once for each round of marking. */
  readonly marker: (honest: Marker) => Marker;
  readonly sweep: typeof sweepCondemned;
  readonly copiesPin: boolean;
  /** Keys of the object's base, if it has one: what is written goes under the first, or under a new one. */
  readonly keysOf: (
    objectId: string,
    ofBase: readonly string[] | undefined,
  ) => readonly string[] | undefined;
  /** Older points lie under them. */
  readonly keepsOlderKeys: boolean;
  readonly destroyKeys: typeof destroyKeys;
  /** Again in every round, since a late put brings a key back. */
  readonly destroyStrayKeys: typeof destroyStrayKeys;
  /** Keys go once the log says that the objects are erased, and no sooner. */
  readonly entersErasureFirst: boolean;
  /** A mend names the packs in which it found contents. */
  readonly namesFoundPacks: boolean;
  /** Readers go on with the root that a mend put in place of theirs. */
  readonly followsMends: boolean;
  /** Whether a row of the relocation table stays. */
  readonly keepsRow: typeof keepsRelocation;
}

/** Everything that the processes of a run share. */
export interface Scene {
  readonly world: World;
  readonly network: SimNetwork;
  readonly codec: PlainCodec;
  readonly format: ModelFormat;
  readonly oracle: Oracle;
  readonly source: Source;
  readonly controller: Controller;
  readonly conduct: Conduct;
  readonly habits: Habits;
  readonly index: ModelIndex;
}

export const correctConduct: Conduct = {
  rules: standardRules,
  isNamed: (honest) => honest,
  marker: (honest) => honest,
  sweep: sweepCondemned,
  copiesPin: true,
  keysOf: (_, ofBase) => ofBase,
  keepsOlderKeys: true,
  destroyKeys,
  destroyStrayKeys,
  entersErasureFirst: true,
  namesFoundPacks: true,
  followsMends: true,
  keepsRow: keepsRelocation,
};

const checkpointEvery = 16;

export function storeOf(scene: Scene, process: SimProcess): SimBlobStore {
  return new SimBlobStore(scene.network, process);
}

/** The real log, over the ports of one process. What it believes is checked. */
export function openLog(scene: Scene, process: SimProcess): Promise<RepositoryLog> {
  const { conduct, oracle, world, codec } = scene;
  const isOwn: LogRules['isOwn'] = (stored, own) => {
    const believed = conduct.rules.isOwn(stored, own);
    if (believed) oracle.believesWon(own.n, own.entryId);
    return believed;
  };
  return RepositoryLog.open({
    ports: { store: storeOf(scene, process), clock: process.clock, entropy: process.entropy },
    codec,
    rules: { ...conduct.rules, isOwn },
    checkpointEvery,
    onAlarm: (alarm) => world.fail('no entry is void', `${alarm.type} ${alarm.n} ${alarm.reason}`),
  });
}
