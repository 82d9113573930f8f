import { damaged } from '../damaged.ts';
import type { MetaRef } from '../meta/meta-packs.ts';
import type { Levels, RunRef } from '../run/run-layout.ts';
import type { ObjectCounts, ObjectIdentity } from '../session/repository-session.ts';
import { decodeRecord } from './decode-record.ts';
import { type LostRecord, stateLost } from './lost-record.ts';
import type { ObjectNames, SealedNames } from './object-names.ts';
import { type ReadSheet, recordInSheet } from './record-sheet.ts';

export interface ObjectLevels {
  readonly catalog: Levels;
  readonly index: Levels;
  readonly table: Levels;
}

/** One object as a session committed it. docs/repository-format.md, "Object record". */
export interface ObjectRecord extends Omit<ObjectIdentity, keyof ObjectNames>, ObjectLevels {
  readonly format: number;
  readonly jobId: string;
  readonly sessionId: string;
  /** See openNames. */
  readonly names: SealedNames;
  readonly keyId: string;
  /** Of older key epochs, newest first: catalog runs may lie under them. */
  readonly olderKeyIds: readonly string[];
  /** The repository whose secret makes the content ids. */
  readonly contentIds: string;
  readonly mode: 'full' | 'incremental';
  readonly counts: ObjectCounts;
  readonly items: number;
  readonly folders: number;
  readonly failedItems: number;
  /** Item-level retention: rows of older items were dropped. */
  readonly itemsSinceMs?: number | undefined;
  /** Set when the session changed nothing but the sync state: root of the whole record. */
  readonly base?: string;
  readonly state: StoredState;
  /** Packs of what lies beside the levels: records and sync state. */
  readonly besidePacks: readonly string[];
}

/** The box of a sync state: in the record itself, in base64, when it is small. Empty: there is none. */
export type StoredState = MetaRef | { readonly inline: string };

export type WholeRecord = Omit<ObjectRecord, 'besidePacks'>;

/** Of an object of which nothing changed but the sync state: all else is in the base. */
export interface TouchedRecord
  extends Pick<ObjectRecord, 'format' | 'jobId' | 'sessionId' | 'mode' | 'counts' | 'state'> {
  /** Root of a whole record. */
  readonly base: string;
}

/** As it lies in a sheet. */
export type StoredRecord = WholeRecord | TouchedRecord | LostRecord;

/** What the log's commit says of an object. */
export interface Root {
  /** The sheet that holds its record. */
  readonly ref: MetaRef;
  readonly ordinal: number;
  readonly failedItems: number;
}

export function encodeRoot({ ref, ordinal, failedItems }: Root): string {
  return `${ref.pack}:${ref.offset}:${ref.length}:${ordinal}:${failedItems}`;
}

/** E_REPOSITORY_DAMAGED */
export function decodeRoot(root: string): Root {
  const match = /^(meta\/[^:]+):(\d+):(\d+):(\d+):(\d+)$/.exec(root);
  if (match === null) throw damaged(`a commit names the root ${root}, which is none`);
  const [, pack = '', offset, length, ordinal, failedItems] = match;
  const ref = { pack, offset: Number(offset), length: Number(length) };
  return { ref, ordinal: Number(ordinal), failedItems: Number(failedItems) };
}

export type ReadRecord = ReadSheet;

/** E_REPOSITORY_DAMAGED naming the meta pack; E_OBJECT_STATE_LOST */
export async function readRecord(reading: ReadRecord, root: string): Promise<ObjectRecord> {
  const record = await readRecordOrLost(reading, root);
  if ('lost' in record) throw stateLost(record);
  return record;
}

/** E_REPOSITORY_DAMAGED naming the meta pack. */
export async function readRecordOrLost(
  reading: ReadRecord,
  root: string,
): Promise<ObjectRecord | LostRecord> {
  const touched = await readStored(reading, root);
  if ('lost' in touched) return touched;
  if (!('base' in touched)) return { ...touched, besidePacks: besideOf([root], touched.state) };
  const { base, ...changed } = touched;
  const whole = await readStored(reading, base);
  if ('base' in whole || 'lost' in whole) {
    const { pack } = decodeRoot(root).ref;
    throw damaged(`the base of an object record in ${pack} is not a whole one`, { blob: pack });
  }
  return { ...whole, ...changed, base, besidePacks: besideOf([root, base], changed.state) };
}

async function readStored(reading: ReadRecord, root: string): Promise<StoredRecord> {
  return recordInSheet(reading, decodeRoot(root), decodeRecord);
}

function besideOf(roots: readonly string[], state: StoredState): string[] {
  const packs = roots.map((root) => decodeRoot(root).ref.pack);
  return 'inline' in state ? packs : [...packs, state.pack];
}

export function runsOf({ catalog, index, table }: ObjectLevels): RunRef[] {
  return [...catalog, ...index, ...table].flat();
}

/** All keys that a record names. */
export function keyIdsOf(record: ObjectRecord | LostRecord): readonly string[] {
  if (!('lost' in record)) return [record.keyId, ...record.olderKeyIds];
  return record.keyId === '' ? [] : [record.keyId];
}
