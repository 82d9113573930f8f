/** The JSON of a log entry. docs/repository-log.md, "Entries and validity". */
import { decodeJson } from '../json.ts';
import {
  isCount,
  isFlag,
  isListOf,
  isMapOf,
  isNumber,
  isObject,
  isOneOf,
  isRecordOf,
  isText,
  type Shape,
} from '../shape.ts';
import type { EntryBody, EntryBodyOf, EntryType, LogEntry, PointRef, Setting } from './entry.ts';

const isNames = isListOf(isText);

const isPointRef = isRecordOf<PointRef>({ jobId: isText, objectId: isText, sessionId: isText });

export const isSetting = ((value) =>
  value === null || isText(value) || isFlag(value) || isNumber(value)) as Shape<Setting>;

const ofSession = { jobId: isText, sessionId: isText };
const ofAttempt = { ...ofSession, attempt: isCount };

const bodies: { readonly [T in EntryType]: Shape<EntryBodyOf<T>> } = {
  owner: isRecordOf<EntryBodyOf<'owner'>>({
    type: isText,
    epoch: isCount,
    incarnation: isText,
  }),
  begin: isRecordOf<EntryBodyOf<'begin'>>({ type: isText, ...ofAttempt }),
  commit: isRecordOf<EntryBodyOf<'commit'>>({
    type: isText,
    ...ofAttempt,
    objects: isMapOf(isText),
    packs: isNames,
    done: isFlag,
  }),
  close: isRecordOf<EntryBodyOf<'close'>>({ type: isText, ...ofSession }),
  pin: isRecordOf<EntryBodyOf<'pin'>>({
    type: isText,
    pinId: isText,
    points: isListOf(isPointRef),
    untilMs: isNumber,
  }),
  unpin: isRecordOf<EntryBodyOf<'unpin'>>({ type: isText, pinId: isText }),
  expire: isRecordOf<EntryBodyOf<'expire'>>({
    type: isText,
    points: isListOf(isPointRef),
    cutoffs: isMapOf(isNumber),
  }),
  retire: isRecordOf<EntryBodyOf<'retire'>>({ type: isText, jobId: isText, objectId: isText }),
  relocate: isRecordOf<EntryBodyOf<'relocate'>>({
    type: isText,
    ...ofAttempt,
    root: isText,
    after: isNumber,
    packs: isNames,
  }),
  mend: isRecordOf<EntryBodyOf<'mend'>>({
    type: isText,
    ...ofAttempt,
    roots: isMapOf(isText),
    packs: isNames,
  }),
  erase: isRecordOf<EntryBodyOf<'erase'>>({ type: isText, erasureId: isText, objects: isNames }),
  condemn: isRecordOf<EntryBodyOf<'condemn'>>({
    type: isText,
    packs: isNames,
    computedTo: isNumber,
  }),
  swept: isRecordOf<EntryBodyOf<'swept'>>({ type: isText, packs: isNames }),
  settings: isRecordOf<EntryBodyOf<'settings'>>({ type: isText, settings: isMapOf(isSetting) }),
};

const isType = isOneOf(...(Object.keys(bodies) as EntryType[]));

const isBody: Shape<EntryBody> = (value): value is EntryBody =>
  isObject(value) && isType(value['type']) && bodies[value['type']](value);

const isEntry = isRecordOf<LogEntry>({
  n: isCount,
  entryId: isText,
  previousDigest: isText,
  epoch: isCount,
  body: isBody,
});

/** E_REPOSITORY_DAMAGED */
export function decodeLogEntry(json: Uint8Array): LogEntry {
  return decodeJson(json, isEntry);
}
