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
  'takeover-unnamed': () => ({ ...correctConduct, isNamed: () => async () => true }),
} as const satisfies Record<string, MakeConduct>;

export type DefectName = keyof typeof defects;

export const defectNames = Object.keys(defects) as readonly DefectName[];
