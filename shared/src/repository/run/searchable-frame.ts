import { fromHex } from '../bytes.ts';
import {
  decodeEntries,
  indexEntryBytes,
  indexKeyBytes,
  type RunEntry,
  type RunKind,
} from './run-layout.ts';

/** An opened frame of a run in which single keys are looked up. */
export interface SearchableFrame {
  find(key: string): RunEntry | undefined;
}

/** E_REPOSITORY_DAMAGED */
export function searchableFrame(kind: RunKind, frame: Uint8Array): SearchableFrame {
  if (kind === 'index') return { find: (key) => findInIndex(frame, key) };
  const entries = decodeEntries(kind, frame);
  const count = entries.length;
  return {
    find: (key) => {
      const at = lowerBound(count, (middle) => (entries[middle]?.key ?? '') < key);
      return entries[at]?.key === key ? entries[at] : undefined;
    },
  };
}

/** Its entries have one length: kept as bytes, they take a quarter of the memory. */
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
