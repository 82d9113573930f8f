/** How many objects of a session ended how. */
export interface Tally {
  readonly good: number;
  readonly partial: number;
  readonly bad: number;
}

/** A success when all its objects are, failed when all are, and else a warning. */
export function outcomeOf({ good, partial, bad }: Tally): 'success' | 'warning' | 'failed' {
  if (bad > 0 && good + partial === 0) return 'failed';
  return bad + partial > 0 ? 'warning' : 'success';
}
