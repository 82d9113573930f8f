import type { AppError } from '../../errors/app-error.ts';
import type { ErrorCode } from '../../errors/codes.ts';
import { type Finding, finding, findingsOfItems } from '../check/finding.ts';
import { decodeRoot, keyIdsOf } from '../object/object-record.ts';
import type { FoundContents } from './found-contents.ts';
import { lostPartsOf, type StatePlan } from './mend-object.ts';
import type { ObjectSurvey } from './survey-object.ts';

/** What was repaired of an object, or would be. */
export function* tellRepaired(
  survey: ObjectSurvey,
  states: readonly StatePlan[],
  { places }: FoundContents,
): Generator<Finding> {
  if (states.length === 0) return;
  for (const { message } of lostKeysOf(survey, states)) {
    yield done(survey, states, `what lies under a key of it is marked as lost: ${message}`);
  }
  const parts = lostPartsOf(
    survey,
    states.map(({ damaged }) => damaged),
  ).size;
  if (parts > 0) {
    const message = `${parts} parts of its catalog are lost: all other rows are kept, and the next backup reads it in full`;
    yield done(survey, states, message);
  }
  const stateless = states.filter(({ damaged }) => damaged.syncState === undefined);
  if (stateless.length > 0) {
    const message = 'its sync state is lost: the next backup reads it in full';
    yield done(survey, stateless, message);
  }
  if (places.size > 0) {
    const message = `${places.size} addresses were found in other restore points or in the footers of packs`;
    yield done(survey, states, message);
  }
  yield* tellItems(survey, states, 'E_REPAIR_ITEMS_LOST');
  // Else nothing would tell that something was written.
  const lostKeys = lostKeysOf(survey, states).length;
  const isSilent = lostKeys + parts + stateless.length + places.size === 0;
  if (isSilent && states.every(({ lost }) => lost.items.length === 0)) {
    yield done(survey, states, 'its indexes name nothing any more that cannot be read');
  }
}

/** Why keys are lost that the states name. */
function lostKeysOf({ runs }: ObjectSurvey, states: readonly StatePlan[]): readonly AppError[] {
  const named = new Set(states.flatMap(({ damaged }) => [...keyIdsOf(damaged.state.record)]));
  return [...runs.lostKeys].filter(([id]) => named.has(id)).map(([, problem]) => problem);
}

/** States that nobody can read any more. */
export function* tellLost({ object, lost }: ObjectSurvey): Generator<Finding> {
  for (const { owned, problem } of lost) {
    const { objectId } = object;
    const { pack } = decodeRoot(owned.root).ref;
    const subject = { blob: pack, objectId, points: owned.points, severity: 'warning' } as const;
    yield finding(subject, 'E_OBJECT_STATE_LOST', `marked as lost: ${problem.message}`);
  }
}

/** What is left as it is, since it may lie in archived packs. */
export function* tellLeft(
  survey: ObjectSurvey,
  states: readonly StatePlan[],
  coldPacks: number,
): Generator<Finding> {
  for (const { damaged, lost } of states) {
    const message = `where ${lost.unsure.length} items lie is not known; they may lie in one of ${coldPacks} archived packs, of which neither footers nor manifests can be read: nothing was changed`;
    const { points } = damaged.owned;
    const subject = { ...subjectOf(survey, [{ damaged, lost }]), points, items: lost.unsure };
    yield* findingsOfItems(subject, 'E_REPAIR_LEFT', message);
  }
}

/** States that lose the same items are told of together. */
function* tellItems(
  survey: ObjectSurvey,
  states: readonly StatePlan[],
  code: ErrorCode,
): Generator<Finding> {
  const byLoss = new Map<string, StatePlan[]>();
  for (const plan of states) {
    const { items, digest } = plan.lost;
    if (items.length > 0) byLoss.set(digest, [...(byLoss.get(digest) ?? []), plan]);
  }
  for (const alike of byLoss.values()) {
    const items = alike[0]?.lost.items ?? [];
    const subject = { ...subjectOf(survey, alike), items, severity: 'warning' } as const;
    yield* findingsOfItems(subject, code, `${items.length} items are lost`);
  }
}

function done(survey: ObjectSurvey, states: readonly StatePlan[], message: string): Finding {
  return finding({ ...subjectOf(survey, states), severity: 'note' }, 'E_REPAIR_DONE', message);
}

function subjectOf({ object }: ObjectSurvey, states: readonly StatePlan[]) {
  const newest = states.at(-1)?.damaged.owned.root ?? '';
  const points = [...new Set(states.flatMap(({ damaged }) => [...damaged.owned.points]))];
  return { blob: decodeRoot(newest).ref.pack, objectId: object.objectId, points };
}
