import { invalidHeader } from './azure-error.ts';

/** Access tiers of block blobs, by Azure's names; of what is hot first. */
export const TIERS = ['Hot', 'Cool', 'Cold', 'Archive'] as const;

export type Tier = (typeof TIERS)[number];
export type OnlineTier = Exclude<Tier, 'Archive'>;

export function readTier(name: string): Tier {
  const tier = TIERS.find((known) => known.toLowerCase() === name.toLowerCase());
  if (tier) return tier;
  throw invalidHeader('x-ms-access-tier', name);
}
