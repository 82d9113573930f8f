/** The JSON of a checkpoint. docs/repository-log.md, "Bytes". */
import { damaged } from '../../damaged.ts';
import { decodeJson } from '../../json.ts';
import {
  isCount,
  isFlag,
  isListOf,
  isNumber,
  isOneOf,
  isOptional,
  isRecordOf,
  isText,
  isTupleOf,
  type Shape,
} from '../../shape.ts';
import { isSetting } from '../decode-entry.ts';
import {
  type CondemnedPack,
  type ErasedObject,
  isSessionOpen,
  type LogState,
  type ObjectPoint,
  type ObjectPoints,
  type OwnerState,
  type Pin,
  type PinnedPoint,
  type RelocationState,
  type RestorePoint,
} from '../state.ts';
import { decodeLogState, type LogStateJson, type SessionJson, stateVersion } from './state-json.ts';

const entriesOf = (value: Shape) => isListOf(isTupleOf(isText, value));

const isSession = isRecordOf<SessionJson>({
  jobId: isText,
  sessionId: isText,
  attempt: isCount,
  phase: isOneOf('open', 'done', 'closed'),
  begunAtN: isCount,
  begunAtMs: isNumber,
  changedAtMs: isNumber,
  committed: isListOf(isText),
});

const isObjectPoint = isRecordOf<ObjectPoint>({
  sessionId: isText,
  root: isText,
  committedAtMs: isNumber,
  n: isCount,
  expired: isFlag,
});

const isObjectPoints = isRecordOf<ObjectPoints>({
  points: isListOf(isObjectPoint),
  retiredAtMs: isOptional(isNumber),
});

const isRestorePoint = isRecordOf<RestorePoint>({
  jobId: isText,
  sessionId: isText,
  n: isCount,
  committedAtMs: isNumber,
  complete: isFlag,
});

const isPinnedPoint = isRecordOf<PinnedPoint>({
  jobId: isText,
  objectId: isText,
  sessionId: isText,
  root: isText,
});

const isPin = isRecordOf<Pin>({
  pinId: isText,
  points: isListOf(isPinnedPoint),
  untilMs: isNumber,
  n: isCount,
});

const isCondemned = isRecordOf<CondemnedPack>({
  n: isCount,
  atMs: isNumber,
  sweptAtN: isOptional(isCount),
});

const isState = isRecordOf<LogStateJson>({
  version: isOneOf(stateVersion),
  head: isNumber,
  digest: isText,
  headAtMs: isNumber,
  owner: isOptional(isRecordOf<OwnerState>({ epoch: isCount, incarnation: isText, n: isCount })),
  sessions: isListOf(isSession),
  openSessions: entriesOf(isText),
  points: entriesOf(entriesOf(isObjectPoints)),
  restorePoints: entriesOf(isListOf(isRestorePoint)),
  cutoffs: entriesOf(isNumber),
  pins: isListOf(isPin),
  condemned: entriesOf(isCondemned),
  forgottenTo: isNumber,
  relocation: isOptional(isRecordOf<RelocationState>({ root: isText, n: isCount })),
  erased: entriesOf(isRecordOf<ErasedObject>({ erasureId: isText, n: isCount, atMs: isNumber })),
  settings: entriesOf(isSetting),
});

/** Of whatever version the fold is that wrote it. */
const isVersioned = isRecordOf<Pick<LogStateJson, 'version'>>({ version: isCount });

/** Undefined: another version of the fold wrote it. E_REPOSITORY_DAMAGED */
export function decodeCheckpointState(json: Uint8Array): LogState | undefined {
  const written = decodeJson(json, isVersioned);
  if (written.version !== stateVersion) return undefined;
  if (!isState(written)) throw damaged('its state has another shape than it must have');
  const state = decodeLogState(written);
  for (const sessionId of state.openSessions.values()) {
    if (!isSessionOpen(state, sessionId)) throw damaged(`session ${sessionId} is not open`);
  }
  return state;
}
