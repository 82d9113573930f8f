/** Entries and directories of sorted runs. docs/repository-format.md, "Runs". */
import { concatBytes, fromHex, fromUtf8, readU32, toHex, u32, utf8 } from '../bytes.ts';
import { damaged } from '../damaged.ts';
import type { MetaRef } from '../meta/meta-packs.ts';

export type RunKind = 'catalog' | 'index' | 'table';

/** Keys are ordered as JavaScript orders strings; hex of bytes in index and table. */
export interface RunEntry {
  readonly key: string;
  /** Undefined: removed. */
  readonly value: Uint8Array | undefined;
}

export interface RunRef extends MetaRef {
  /** Id of its segment. */
  readonly segment: string;
  /** Sealed length of the directory, the last frame. */
  readonly directory: number;
  /** Frames before the directory: its frame number. */
  readonly frames: number;
  readonly first: string;
  readonly last: string;
  readonly entries: number;
}

/** Runs that do not overlap, in order of keys. */
export type Level = readonly RunRef[];

/** Newest first. */
export type Levels = readonly Level[];

export interface RunDirectory {
  readonly entries: number;
  readonly frames: readonly { readonly first: string; readonly length: number }[];
  readonly last: string;
  /** Of an index: sorted ids of the data segments that its addresses name. Else empty. */
  readonly segments: readonly string[];
}

const removedLength = 0xffffffff;
export const indexKeyBytes = 32;
const indexValueBytes = 36;
export const indexEntryBytes = indexKeyBytes + indexValueBytes;

export function encodeEntry(kind: RunKind, { key, value }: RunEntry): Uint8Array {
  const keyBytes = kind === 'catalog' ? utf8(key) : fromHex(key);
  if (kind === 'index') return concatBytes([keyBytes, value ?? new Uint8Array(indexValueBytes)]);
  if (value === undefined) return concatBytes([u32(keyBytes.length), keyBytes, u32(removedLength)]);
  return concatBytes([u32(keyBytes.length), keyBytes, u32(value.length), value]);
}

export function decodeEntries(kind: RunKind, frame: Uint8Array): RunEntry[] {
  try {
    return kind === 'index' ? decodeFixed(frame) : decodeVariable(kind, frame);
  } catch (error) {
    throw damaged(`a frame of the ${kind} cannot be decoded`, {}, error);
  }
}

function decodeFixed(frame: Uint8Array): RunEntry[] {
  if (frame.length % indexEntryBytes !== 0) throw damaged('an entry is cut off');
  const entries: RunEntry[] = [];
  for (let at = 0; at + indexEntryBytes <= frame.length; at += indexEntryBytes) {
    entries.push({
      key: toHex(frame.subarray(at, at + indexKeyBytes)),
      value: frame.subarray(at + indexKeyBytes, at + indexEntryBytes),
    });
  }
  return entries;
}

function decodeVariable(kind: RunKind, frame: Uint8Array): RunEntry[] {
  return entryStarts(frame).map((start) => decodeEntryAt(kind, frame, start));
}

/** Of catalog and table: where each entry begins. Throws when the last one is cut off. */
export function entryStarts(frame: Uint8Array): number[] {
  const starts: number[] = [];
  for (let at = 0; at < frame.length; ) {
    starts.push(at);
    const keyEnd = at + 4 + readU32(frame, at);
    const length = readU32(frame, keyEnd);
    at = keyEnd + 4 + (length === removedLength ? 0 : length);
    if (at > frame.length) throw damaged('an entry is cut off');
  }
  return starts;
}

/** Of catalog and table. */
export function decodeEntryAt(kind: RunKind, frame: Uint8Array, start: number): RunEntry {
  const keyEnd = start + 4 + readU32(frame, start);
  const keyBytes = frame.subarray(start + 4, keyEnd);
  const key = kind === 'catalog' ? fromUtf8(keyBytes) : toHex(keyBytes);
  const length = readU32(frame, keyEnd);
  if (length === removedLength) return { key, value: undefined };
  return { key, value: frame.subarray(keyEnd + 4, keyEnd + 4 + length) };
}
