import { mustThaw } from '../../storage-class/storage-class.ts';
import type { PackUse } from '../garbage/pack-marker.ts';
import { isTail } from '../log/names.ts';
import type { BlobInfo } from '../ports.ts';

export interface ConsolidationLimits {
  /** A pack of which so much is dead is written again. 0 to 1. */
  readonly deadShareMin: number;
  /** A smaller pack is put together with others. */
  readonly smallBytes: number;
  /** So many small packs are put together at once, or none. */
  readonly smallPacksMin: number;
  /** Of live bytes, in one run: the next run goes on. */
  readonly bytesMax: number;
  readonly segmentsMax: number;
}

/**
 * A third: writing two thirds of a pack again frees the rest for good. Eight
 * packs of less than 4 MiB become one or two.
 */
export const standardLimits: ConsolidationLimits = {
  deadShareMin: 1 / 3,
  smallBytes: 4 * 1024 * 1024,
  smallPacksMin: 8,
  bytesMax: 2 * 1024 * 1024 * 1024,
  segmentsMax: 100_000,
};

export interface ListedPack extends Pick<BlobInfo, 'name' | 'size' | 'storageClass'> {
  readonly lockedUntilMs?: number | undefined;
}

export interface ChoosePacks {
  /** Data packs whose writers are gone and that are not condemned. */
  readonly packs: Iterable<ListedPack>;
  /** What roots need of them. */
  readonly uses: ReadonlyMap<string, PackUse>;
  readonly limits: ConsolidationLimits;
  /** By the storage's clock: what is locked until later would free nothing. */
  readonly nowMs: number;
}

interface Candidate {
  readonly name: string;
  readonly use: PackUse;
  readonly deadShare: number;
  readonly isSmall: boolean;
}

/** Packs to be written again, the most wasteful first. Never of the archive class. */
export function choosePacks({ packs, uses, limits, nowMs }: ChoosePacks): ReadonlySet<string> {
  const candidates: Candidate[] = [];
  for (const pack of packs) {
    const use = uses.get(pack.name);
    const isMovable = !mustThaw(pack.storageClass) && (pack.lockedUntilMs ?? 0) <= nowMs;
    // What nobody needs is condemned as it is.
    if (use === undefined || use.segments === 0 || !isMovable) continue;
    const deadShare = Math.max(0, 1 - use.liveBytes / pack.size);
    // Tails go by themselves: to put them together would only make them younger.
    const isSmall = pack.size < limits.smallBytes && !isTail(pack.name);
    candidates.push({ name: pack.name, use, deadShare, isSmall });
  }
  return withinLimits(worthwhile(candidates, limits), limits);
}

function worthwhile(candidates: readonly Candidate[], limits: ConsolidationLimits): Candidate[] {
  // Of a small pack the footer is a large share: it counts as small, not as wasted.
  const wasted = candidates.filter(
    ({ deadShare, isSmall }) => !isSmall && deadShare >= limits.deadShareMin,
  );
  const small = candidates.filter(({ isSmall }) => isSmall);
  const chosen = small.length < limits.smallPacksMin ? wasted : [...wasted, ...small];
  return chosen.sort((a, b) => b.deadShare - a.deadShare || (a.name < b.name ? -1 : 1));
}

function withinLimits(
  candidates: readonly Candidate[],
  { bytesMax, segmentsMax }: ConsolidationLimits,
): ReadonlySet<string> {
  const chosen = new Set<string>();
  let bytes = 0;
  let segments = 0;
  for (const { name, use } of candidates) {
    bytes += use.liveBytes;
    segments += use.segments;
    if (bytes > bytesMax || segments > segmentsMax) break;
    chosen.add(name);
  }
  return chosen;
}
