import { type Finding, finding } from '../check/finding.ts';
import { type OwnedObject, ownedObjects } from '../check/root-owners.ts';
import { SharedSegmentKeys } from '../check/shared-segment-keys.ts';
import type { ReadableKeys } from '../keys/readable-keys.ts';
import type { PlaceLookup } from '../object/object-readers.ts';
import type { OpenContext } from '../open-context.ts';
import { type FooterIndex, readFooters } from './footer-index.ts';
import { type FoundContents, findContents } from './found-contents.ts';
import { findLostItems } from './lost-items.ts';
import { lostRecordOf } from './lost-state.ts';
import { ObjectMend, type StatePlan } from './mend-object.ts';
import type { RepairSession } from './repair-session.ts';
import type { StoredPacks } from './stored-packs.ts';
import { type ObjectSurvey, surveyObject } from './survey-object.ts';
import { tellLeft, tellLost, tellRepaired } from './tell-repaired.ts';

export interface RepairObjectsOptions {
  readonly context: OpenContext;
  readonly packs: StoredPacks;
  /** Where segments were moved to. */
  readonly moved: PlaceLookup;
  readonly keys: ReadableKeys;
  /** The session in which is written; undefined: only tells what would be done. */
  readonly begin: (() => Promise<RepairSession>) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Contents that are looked for in footers in one run. */
const unplacedMax = 1_000_000;

/** What of one object is to be done. */
interface ObjectPlan {
  readonly survey: ObjectSurvey;
  readonly found: FoundContents;
  readonly states: readonly StatePlan[];
  /** States of which nobody can tell what is lost. */
  readonly unsure: readonly StatePlan[];
}

/** Mends every state of every object that a point or a pin shows. Holds one object at a time. */
export class ObjectsRepair {
  readonly #options: RepairObjectsOptions;
  readonly #referred = new Set<string>();

  constructor(options: RepairObjectsOptions) {
    this.#options = options;
  }

  /** Data packs that states refer to, as far as their tables can be read. Once run has ended. */
  get referred(): ReadonlySet<string> {
    return this.#referred;
  }

  async *run(): AsyncGenerator<Finding> {
    const { context, packs, signal } = this.#options;
    const damaged: OwnedObject[] = [];
    const needed = new Set<string>();
    for (const object of ownedObjects(context.log.state)) {
      signal?.throwIfAborted();
      const survey = await surveyObject(context, object, this.#options);
      for (const { pack } of survey.runs.places.values()) this.#referred.add(pack);
      if (survey.damaged.length + survey.lost.length > 0) damaged.push(object);
      for (const { unplaced } of survey.damaged) addUpTo(needed, unplaced);
    }
    const sharedKeys = new SharedSegmentKeys(this.#options);
    const footers = await readFooters(context, packs, { needed, sharedKeys });
    for (const object of damaged) {
      signal?.throwIfAborted();
      yield* this.#repair(object, footers);
    }
  }

  async *#repair(object: OwnedObject, footers: FooterIndex): AsyncGenerator<Finding> {
    const whole = await this.#plan(object, footers);
    const open = this.#openSession(whole);
    if (open !== undefined) yield sessionIsOpen(object, open);
    const plan = open === undefined ? whole : withoutNewest(whole);
    yield* tellRepaired(plan.survey, plan.states, plan.found);
    yield* tellLost(plan.survey);
    yield* tellLeft(plan.survey, plan.unsure, footers.coldPacks);
    const { begin } = this.#options;
    const isNeeded = plan.states.length + plan.survey.lost.length > 0;
    if (begin !== undefined && isNeeded) await this.#mend(plan, await begin());
  }

  async #plan(object: OwnedObject, footers: FooterIndex): Promise<ObjectPlan> {
    const { context } = this.#options;
    const survey = await surveyObject(context, object, this.#options);
    const found = await findContents(survey, footers);
    const plans: StatePlan[] = [];
    for (const damaged of survey.damaged) {
      const lost = await findLostItems(context.ports.compute, survey, damaged, found);
      plans.push({ damaged, lost });
    }
    const isUnsure = ({ lost }: StatePlan) => lost.unsure.length > 0;
    const states = plans.filter((plan) => !isUnsure(plan));
    return { survey, found, states, unsure: plans.filter(isUnsure) };
  }

  async #mend({ survey, found, states }: ObjectPlan, session: RepairSession): Promise<void> {
    const { context } = this.#options;
    const nowMs = context.ports.clock.now();
    const mend = new ObjectMend({ context, packs: session.packs, survey, found, nowMs });
    const foundIn = new Set([...found.places.values()].map(({ place }) => place.pack));
    for (const plan of states) await session.replace(await mend.mend(plan), foundIn);
    const record = lostRecordOf(survey);
    for (const { owned } of survey.lost) await session.replaceLost(owned, record);
  }

  /** A session that is open may build upon the newest state, and would bring the damage back. */
  #openSession({ survey, states }: ObjectPlan): string | undefined {
    const { jobId, roots } = survey.object;
    const newest = roots.at(-1);
    const replaced = [...states.map(({ damaged }) => damaged), ...survey.lost];
    if (!replaced.some(({ owned }) => owned === newest)) return undefined;
    return this.#options.context.log.state.openSessions.get(jobId);
  }
}

/** Nothing of it tells of the newest state, and nothing changes that. */
function withoutNewest({ survey, found, states, unsure }: ObjectPlan): ObjectPlan {
  const newest = survey.object.roots.at(-1);
  const lost = survey.lost.filter(({ owned }) => owned !== newest);
  return {
    survey: { ...survey, lost },
    found,
    states: states.filter(({ damaged }) => damaged.owned !== newest),
    unsure: unsure.filter(({ damaged }) => damaged.owned !== newest),
  };
}

function addUpTo(needed: Set<string>, more: ReadonlySet<string>): void {
  for (const id of more) if (needed.size < unplacedMax) needed.add(id);
}

function sessionIsOpen({ jobId, objectId }: OwnedObject, session: string): Finding {
  const message = `its newest state: job ${jobId} has the open session ${session}, which may build upon it; repair again when it has ended`;
  return finding({ blob: 'log/', objectId }, 'E_REPAIR_LEFT', message);
}
