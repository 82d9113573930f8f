import { type LostRecord, lostRecord } from '../object/lost-record.ts';
import type { ObjectState } from '../object/object-state.ts';
import type { ObjectSurvey } from './survey-object.ts';

/** States whose names can be read, newest first. */
export function namedStates({ states, runs }: ObjectSurvey): readonly ObjectState[] {
  return [...states].reverse().filter(({ record }) => !runs.lostKeys.has(record.keyId));
}

/** What is put in place of the object's lost states: of others it has its names, if they have any. */
export function lostRecordOf(survey: ObjectSurvey): LostRecord {
  const { objectId } = survey.object;
  const [named] = namedStates(survey);
  if (named !== undefined) return lostRecord(objectId, named.record);
  const known = survey.states.at(-1)?.record ?? survey.lost.findLast((s) => s.record)?.record;
  return lostRecord(objectId, known && { ...known, names: '', keyId: '' });
}
