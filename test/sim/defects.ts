/**
 * The planted defects: each takes one rule of the protocol away. A simulation
 * that does not notice proves nothing about the rule.
 */
import { sweepCondemned } from '@firn/shared/repository/log/garbage';
import { type LogRules, standardRules } from '@firn/shared/repository/log/rules';
import { judgeEntry } from '@firn/shared/repository/log/state';
import { type Conduct, correctConduct } from './scene.ts';

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

/** Takes every key of an erased object for one of before. */
const laterKeysDestroyed: MakeConduct = () => ({
  ...correctConduct,
  destroyKeys: (context, keyIds, erased) => {
    const always = [...erased].map(
      ([id, erasure]) => [id, { ...erasure, atMs: Number.POSITIVE_INFINITY }] as const,
    );
    return correctConduct.destroyKeys(context, keyIds, new Map(always));
  },
});

/** Once, and no key that comes back later. */
const keysDestroyedOnce: MakeConduct = () => {
  const destroyed = new Set<string>();
  return {
    ...correctConduct,
    destroyKeys: async (context, keyIds, erased) => {
      const due = [...erased].filter(([, { erasureId }]) => !destroyed.has(erasureId));
      if (due.length === 0) return { destroyed: 0, locked: [] };
      const done = await correctConduct.destroyKeys(context, keyIds, new Map(due));
      for (const [, { erasureId }] of due) destroyed.add(erasureId);
      return done;
    },
  };
};

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
  'takeover-unnamed': () => ({ ...correctConduct, isNamed: () => async () => true }),
} as const satisfies Record<string, MakeConduct>;

export type DefectName = keyof typeof defects;

export const defectNames = Object.keys(defects) as readonly DefectName[];
