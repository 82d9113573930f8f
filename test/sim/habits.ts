import type { Prng } from './prng.ts';
import { dayMs, hourMs } from './world.ts';

/**
 * How busy a run is, and where. Each run has habits of its own: what one hides, by
 * being too fast, too slow or too rare, another shows.
 */
export interface Habits {
  /** Between two rounds of expiring, marking and sweeping. */
  readonly roundMsMax: number;
  /** Of the markings: how many take hours, while others go on. */
  readonly slowMarkings: number;
  /** Of the objects: how many are read for days. */
  readonly slowObjects: number;
  /** Of the points that a round looks at. */
  readonly expiring: number;
  readonly consolidationMsMax: number;
  /** Of the rounds: how many erase an object. */
  readonly erasing: number;
  /** Contents that the storage loses. */
  readonly damages: number;
  readonly readers: number;
  /** Of the readers: how many only look around, without a pin. */
  readonly explorers: number;
  /** Contents that all objects hold now and then: the fewer, the more often one comes back. */
  readonly sharedContents: number;
}

export function drawHabits(random: Prng): Habits {
  const either = <T>(usual: T, other: T): T => (random.chance(0.5) ? usual : other);
  return {
    roundMsMax: either(40 * hourMs, 8 * hourMs),
    slowMarkings: either(0.4, 0.9),
    slowObjects: either(0.2, 0.6),
    expiring: either(0.6, 1),
    consolidationMsMax: random.pick([8 * dayMs, dayMs, 6 * hourMs]) ?? dayMs,
    erasing: either(0.05, 0.4),
    damages: either(0, random.between(1, 24)),
    readers: either(9, 20),
    explorers: either(0.33, 0.8),
    sharedContents: either(10, 6),
  };
}
