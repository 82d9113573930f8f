import { parseJson } from '../json.ts';
import type { MetaRef } from '../meta/meta-packs.ts';
import { isLevels } from '../run/decode-directory.ts';
import {
  isCount,
  isEither,
  isListOf,
  isMapOf,
  isNumber,
  isOneOf,
  isOptional,
  isRecordOf,
  isText,
} from '../shape.ts';
import { isLostRecord } from './lost-record.ts';
import type { StoredRecord, StoredState, TouchedRecord, WholeRecord } from './object-record.ts';

const isState = isEither(
  isRecordOf<Extract<StoredState, { readonly inline: string }>>({ inline: isText }),
  isRecordOf<MetaRef>({ pack: isText, offset: isCount, length: isCount }),
);

const ofAnyRecord = {
  format: isOneOf(1),
  jobId: isText,
  sessionId: isText,
  mode: isOneOf('full', 'incremental'),
  counts: isMapOf(isNumber),
  state: isState,
};

const isTouched = isRecordOf<TouchedRecord>({ ...ofAnyRecord, base: isText });

const isWhole = isRecordOf<WholeRecord>({
  ...ofAnyRecord,
  objectId: isText,
  kind: isOneOf('mailbox', 'onedrive'),
  userId: isText,
  names: isText,
  keyId: isText,
  olderKeyIds: isListOf(isText),
  contentIds: isText,
  items: isCount,
  folders: isCount,
  failedItems: isCount,
  itemsSinceMs: isOptional(isNumber),
  base: (value) => value === undefined,
  catalog: isLevels,
  index: isLevels,
  table: isLevels,
});

/** One line of a sheet. E_REPOSITORY_DAMAGED */
export function decodeRecord(line: string): StoredRecord {
  return parseJson(line, isEither(isEither(isTouched, isWhole), isLostRecord));
}
