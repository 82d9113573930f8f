/** What came due since a schedule was last looked at. */
export interface DueSlots {
  /** The one that runs. */
  readonly newestMs: number;
  /** Those before it, which do not. */
  readonly missed: MissedSlots | undefined;
}

export interface MissedSlots {
  readonly firstMs: number;
  readonly lastMs: number;
  /** Of more than `countMax` it is said that there are at least so many. */
  readonly count: number;
}

/** Older than this, a slot that runs is told as caught up. */
export const lateMs = 5 * 60 * 1000;

const countMax = 1_000;
const weekMs = 7 * 24 * 60 * 60 * 1000;

/** @param firstMs a slot that is due. @param next the slot after an instant */
export function dueSlots(
  firstMs: number,
  nowMs: number,
  next: (afterMs: number) => number,
): DueSlots {
  const missed = { firstMs, lastMs: firstMs, count: 0 };
  let newestMs = firstMs;
  const pass = (slotMs: number) => {
    missed.lastMs = newestMs;
    missed.count += 1;
    newestMs = slotMs;
  };
  for (let slotMs = next(firstMs); slotMs <= nowMs; slotMs = next(slotMs)) {
    pass(slotMs);
    // Schedules repeat after a week: what lies further back needs no counting.
    if (missed.count === countMax) slotMs = Math.max(slotMs, next(nowMs - weekMs) - 1);
  }
  return { newestMs, missed: missed.count === 0 ? undefined : missed };
}
