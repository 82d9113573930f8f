import { invalidHeader } from './azure-error.ts';
import type { OnlineTier } from './tier.ts';

export const PRIORITIES = ['Standard', 'High'] as const;

export type Priority = (typeof PRIORITIES)[number];

/** A blob on its way out of the archive tier. */
export interface Rehydration {
  readonly to: OnlineTier;
  readonly priority: Priority;
  /** From when it can be read. */
  readonly readyMs: number;
}

/** Standard when there is no header [Microsoft: Set Blob Tier]. */
export function readPriority(value: string | undefined): Priority {
  if (value === undefined) return 'Standard';
  const priority = PRIORITIES.find((known) => known.toLowerCase() === value.toLowerCase());
  if (priority) return priority;
  throw invalidHeader('x-ms-rehydrate-priority', value);
}
