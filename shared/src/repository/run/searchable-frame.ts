import { fromHex } from '../bytes.ts';
import { decoding } from '../damaged.ts';
import {
  decodeEntryAt,
  entryStarts,
  indexEntryBytes,
  indexKeyBytes,
  type RunEntry,
  type RunKind,
} from './run-layout.ts';

/** An opened frame of a run in which single keys are looked up. */
export interface SearchableFrame {
  find(key: string): RunEntry | undefined;
}

/** Frames are kept as bytes: decoded, they would take four times as much. E_REPOSITORY_DAMAGED */
export function searchableFrame(kind: RunKind, frame: Uint8Array): SearchableFrame {
  if (kind === 'index') return { find: (key) => findInIndex(frame, key) };
  const what = `a frame of the ${kind}`;
  const starts = decoding(what, () => entryStarts(frame));
  const entryAt = (n: number) => decodeEntryAt(kind, frame, starts[n] ?? frame.length);
  const find = (key: string) => {
    const at = lowerBound(starts.length, (middle) => entryAt(middle).key < key);
    const entry = at < starts.length ? entryAt(at) : undefined;
    return entry?.key === key ? entry : undefined;
  };
  return { find: (key) => decoding(what, () => find(key)) };
}

/** Its entries have one length. */
function findInIndex(frame: Uint8Array, key: string): RunEntry | undefined {
  const wanted = fromHex(key);
  const count = Math.floor(frame.length / indexEntryBytes);
  const keyAt = (n: number) =>
    frame.subarray(n * indexEntryBytes, n * indexEntryBytes + indexKeyBytes);
  const at = lowerBound(count, (middle) => Buffer.compare(keyAt(middle), wanted) < 0);
  if (at === count || Buffer.compare(keyAt(at), wanted) !== 0) return undefined;
  const start = at * indexEntryBytes;
  return { key, value: frame.subarray(start + indexKeyBytes, start + indexEntryBytes) };
}

/** The first of count places that is not before what is looked for. */
function lowerBound(count: number, isBefore: (middle: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
