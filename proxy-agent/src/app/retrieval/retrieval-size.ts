import type { PlannedPack } from '@firn/shared/repository/retrieve/plan-packs';

/** What a retrieval comes to. */
export interface RetrievalSize {
  readonly packs: number;
  readonly bytes: number;
  /** Of these, what has to thaw. */
  readonly coldPacks: number;
  readonly coldBytes: number;
  /** Of all bytes, what a restore reads. */
  readonly neededBytes: number;
  readonly missingPacks: number;
}

export function sizeOf(packs: readonly PlannedPack[]): RetrievalSize {
  const cold = packs.filter(({ state }) => state === 'cold');
  return {
    packs: packs.length,
    bytes: bytesOf(packs),
    coldPacks: cold.length,
    coldBytes: bytesOf(cold),
    neededBytes: packs.reduce((sum, { neededBytes }) => sum + neededBytes, 0),
    missingPacks: packs.filter(({ state }) => state === 'missing').length,
  };
}

function bytesOf(packs: readonly PlannedPack[]): number {
  return packs.reduce((sum, { packBytes }) => sum + packBytes, 0);
}
