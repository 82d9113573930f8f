import type { StorageClass } from '../../storage-class/storage-class.ts';
import type { BlobInfo, BlobStore } from '../ports.ts';
import { warmPrefix } from '../retrieve/warm-name.ts';

/** metadata: all but content: catalogs, indexes, the log, keys, headers, manifests. */
export type StoredKind = 'packs' | 'tails' | 'thawed' | 'metadata';

/** Blobs of a kind and class that are of the same age. */
export interface StoredBlobs {
  readonly kind: StoredKind;
  readonly storageClass: StorageClass;
  /** Whole days since they were written, by the storage's clock; ageDaysMax: so many or more. */
  readonly ageDays: number;
  readonly blobs: number;
  readonly bytes: number;
}

/** What is older is billed for nothing but its months in any class of any provider. */
export const ageDaysMax = 180;

const dayMs = 86_400_000;

/** All that a repository has in its storage, by one listing; the youngest of each kind first. */
export async function storedBlobs(
  store: Pick<BlobStore, 'list'>,
  nowMs: number,
  signal?: AbortSignal,
): Promise<readonly StoredBlobs[]> {
  const totals = new Map<string, { -readonly [K in keyof StoredBlobs]: StoredBlobs[K] }>();
  for await (const info of store.list('', signal)) {
    const of = { kind: kindOf(info), storageClass: info.storageClass, ageDays: ageOf(info, nowMs) };
    const id = `${of.kind} ${of.storageClass} ${of.ageDays}`;
    const total = totals.get(id) ?? { ...of, blobs: 0, bytes: 0 };
    totals.set(id, total);
    total.blobs += 1;
    total.bytes += info.size;
  }
  return [...totals.values()].sort(
    (a, b) =>
      compare(a.kind, b.kind) || compare(a.storageClass, b.storageClass) || a.ageDays - b.ageDays,
  );
}

function kindOf({ name }: BlobInfo): StoredKind {
  if (name.startsWith('packs/')) return 'packs';
  if (name.startsWith('tails/')) return 'tails';
  return name.startsWith(warmPrefix) ? 'thawed' : 'metadata';
}

function ageOf({ modifiedAtMs }: BlobInfo, nowMs: number): number {
  const days = Math.floor((nowMs - modifiedAtMs) / dayMs);
  return Math.min(ageDaysMax, Math.max(0, days));
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
