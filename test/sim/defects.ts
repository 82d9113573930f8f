/**
 * The planted defects: each takes one rule of the protocol away. A simulation
 * that does not notice proves nothing about the rule.
 */
import { sweepCondemned } from '@firn/shared/repository/log/garbage';
import { parsePackOrigin } from '@firn/shared/repository/log/names';
import { type LogRules, standardRules } from '@firn/shared/repository/log/rules';
import { judgeEntry, type LogState } from '@firn/shared/repository/log/state';
import { parseRoot } from './model-format.ts';
import { type Conduct, correctConduct } from './scene.ts';
import { maintenanceJobId } from './upkeep.ts';

type MakeConduct = () => Conduct;

function withRules(rules: Partial<LogRules>): MakeConduct {
  return () => ({ ...correctConduct, rules: { ...standardRules, ...rules } });
}

const ownIdNotCompared = withRules({ isOwn: () => true });

const condemnedPackReused = withRules({ condemnedAmong: () => [] });

/** Marks well, but says so on a later state without looking at what came meanwhile. */
const condemnFromStalePosition: MakeConduct = () => ({
  ...correctConduct,
  marker: (honest) => {
    let hasMarked = false;
    return {
      ...honest,
      referencedPacks: async (roots, state) => {
        if (hasMarked) return new Set();
        hasMarked = true;
        return honest.referencedPacks(roots, state);
      },
    };
  },
});

const pinOfCondemnedPoint = withRules({
  isKept: () => true,
  judge: (state, entry) => (entry.body.type === 'pin' ? undefined : judgeEntry(state, entry)),
});

/** Takes what it knew before for checked: only a lost n makes it look. */
const onlyNewerCondemns = withRules({
  condemnedAmong: (state, packNames) =>
    [...packNames].filter((name) => state.condemned.get(name)?.n === state.head),
});

const commitAfterDone = withRules({
  isSessionOpen: () => true,
  judge: (state, entry) => {
    const { body } = entry;
    const isKnown = body.type === 'commit' && state.sessions.has(body.sessionId);
    return isKnown ? undefined : judgeEntry(state, entry);
  },
});

/** Remembers what it has deleted, and does not look there again. */
const sweepOnceOnly: MakeConduct = () => {
  const seen = new Set<string>();
  return {
    ...correctConduct,
    sweep: async (log, options) => {
      const listPacks = async () => (await options.listPacks()).filter((name) => !seen.has(name));
      const swept = await sweepCondemned(log, { ...options, listPacks });
      for (const name of swept.deleted) seen.add(name);
      return swept;
    },
  };
};

const sweepWithoutGrace: MakeConduct = () => ({
  ...correctConduct,
  sweep: (log, options) => sweepCondemned(log, { ...options, graceMs: 0 }),
});

/** Marks by the places that tables of objects name. */
const markingIgnoresRelocate: MakeConduct = () => ({
  ...correctConduct,
  marker: (honest) => ({
    ...honest,
    referencedPacks: (roots, state) =>
      honest.referencedPacks(roots, { ...state, relocation: undefined }),
  }),
});

/** What came while it marked is subtracted, but for what a relocate moved meanwhile. */
const relocateWhileMarking: MakeConduct = () => ({
  ...correctConduct,
  marker: (honest) => ({ ...honest, relocatedPacks: async () => new Set() }),
});

/** A new relocation table that holds its own moves alone. */
const earlierMovesForgotten: MakeConduct = () => ({ ...correctConduct, keepsRow: () => false });

/** Goes on under the key that it knows of an object, though the object was erased. */
const erasedKeyUsed: MakeConduct = () => {
  const known = new Map<string, readonly string[]>();
  return {
    ...correctConduct,
    keysOf: (objectId, ofBase) => {
      if (ofBase !== undefined) known.set(objectId, ofBase);
      return known.get(objectId);
    },
  };
};

/** Destroys keys by another state than the one that was marked. */
function strayKeysBy(stateOf: (marked: LogState) => LogState): MakeConduct {
  return () => ({
    ...correctConduct,
    destroyStrayKeys: (context, { needed, state }) =>
      correctConduct.destroyStrayKeys(context, { needed, state: stateOf(state) }),
  });
}

/** Takes every key of an erased object for one of before. */
const laterKeysDestroyed = strayKeysBy((state) => {
  const n = Number.POSITIVE_INFINITY;
  const erased = [...state.erased].map(([id, erasure]) => [id, { ...erasure, n }] as const);
  return { ...state, erased: new Map(erased) };
});

/** By the erasure itself, and no key that comes back later. */
const keysDestroyedOnce = strayKeysBy((state) => ({ ...state, erased: new Map() }));

/** Does not wait for the end of the session that made them. */
const keysOfOpenSessionsDestroyed = strayKeysBy((state) => {
  const sessions = [...state.sessions].map(
    ([id, session]) => [id, { ...session, phase: 'closed' as const }] as const,
  );
  return { ...state, sessions: new Map(sessions) };
});

/** What came while it marked is subtracted, but for what a mend put in place of roots. */
const mendWhileMarking: MakeConduct = () => ({
  ...correctConduct,
  marker: (honest) => {
    let hasMarked = false;
    return {
      ...honest,
      referencedPacks: (roots, state) => {
        const seen = hasMarked ? [...roots].filter((root) => !isMended(state, root)) : roots;
        hasMarked = true;
        return honest.referencedPacks(new Set(seen), state);
      },
    };
  },
});

function isMended({ sessions }: LogState, root: string): boolean {
  const origin = parsePackOrigin(parseRoot(root).metaName);
  return sessions.get(origin?.sessionId ?? '')?.jobId === maintenanceJobId;
}

export const defects = {
  'own-id-not-compared': ownIdNotCompared,
  'condemned-pack-reused': condemnedPackReused,
  'condemn-from-stale-position': condemnFromStalePosition,
  'pin-of-condemned-point': pinOfCondemnedPoint,
  'copy-source-not-pinned': () => ({ ...correctConduct, copiesPin: false }),
  'sweep-without-grace': sweepWithoutGrace,
  'only-newer-condemns-checked': onlyNewerCondemns,
  'commit-after-done': commitAfterDone,
  'sweep-once-only': sweepOnceOnly,
  'marking-ignores-relocate': markingIgnoresRelocate,
  'relocate-while-marking': relocateWhileMarking,
  'earlier-moves-forgotten': earlierMovesForgotten,
  'keys-destroyed-before-entry': () => ({ ...correctConduct, entersErasureFirst: false }),
  'older-keys-dropped': () => ({ ...correctConduct, keepsOlderKeys: false }),
  'erased-key-used': erasedKeyUsed,
  'later-keys-destroyed': laterKeysDestroyed,
  'keys-destroyed-once': keysDestroyedOnce,
  'keys-of-open-sessions-destroyed': keysOfOpenSessionsDestroyed,
  'mend-while-marking': mendWhileMarking,
  'found-packs-not-named': () => ({ ...correctConduct, namesFoundPacks: false }),
  'mended-root-read-on': () => ({ ...correctConduct, followsMends: false }),
  'takeover-unnamed': () => ({ ...correctConduct, isNamed: () => async () => true }),
} as const satisfies Record<string, MakeConduct>;

export type DefectName = keyof typeof defects;

export const defectNames = Object.keys(defects) as readonly DefectName[];
