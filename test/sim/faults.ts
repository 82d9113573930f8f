import type { Prng } from './prng.ts';
import { dayMs, hourMs, minuteMs } from './world.ts';

/** What can go wrong in a run. Each fault may be absent; then other things show. */
export interface Faults {
  /** Per call of the storage: it fails and was not applied. */
  readonly failBefore: number;
  /** Per write: it is applied, and the reply is lost. */
  readonly loseReply: number;
  /** Per write: the reply says unclear; it is applied later, or after its caller died. */
  readonly applyLate: number;
  readonly lateMsMax: number;
  /** Per call: it takes up to slowMsMax. */
  readonly slow: number;
  readonly slowMsMax: number;
  /** How long a list may show what is gone, or not yet show what is there. */
  readonly listLagMsMax: number;
  /** Mean time between blows to the owning process; 0: none. */
  readonly blowMsMean: number;
  /** Of the blows: how many are pauses; the others kill. */
  readonly pauseShare: number;
  readonly pauseMsMax: number;
  /** Per piece of work: the worker dies, or hands the manifest back late. */
  readonly workerFails: number;
  readonly clockSkewMsMax: number;
}

export function drawFaults(random: Prng): Faults {
  const maybe = (p: number, value: () => number) => (random.chance(p) ? value() : 0);
  return {
    failBefore: maybe(0.5, () => random.between(1, 10) / 100),
    loseReply: maybe(0.7, () => random.between(1, 20) / 100),
    applyLate: maybe(0.8, () => random.between(1, 35) / 100),
    lateMsMax: random.pick([minuteMs, 14 * dayMs, 14 * dayMs]) ?? minuteMs,
    slow: maybe(0.6, () => random.between(1, 25) / 100),
    slowMsMax: random.pick([minuteMs, 3 * hourMs, 3 * hourMs]) ?? minuteMs,
    listLagMsMax: maybe(0.6, () => random.pick([minuteMs, hourMs, dayMs]) ?? 0),
    blowMsMean: maybe(0.75, () => random.between(8, 72) * hourMs),
    pauseShare: random.between(0, 101) / 100,
    pauseMsMax: random.pick([10 * minuteMs, 12 * hourMs, 9 * dayMs]) ?? minuteMs,
    workerFails: maybe(0.6, () => random.between(5, 40) / 100),
    clockSkewMsMax: maybe(0.5, () => 10 * minuteMs),
  };
}

export const noFaults: Faults = {
  failBefore: 0,
  loseReply: 0,
  applyLate: 0,
  lateMsMax: 0,
  slow: 0,
  slowMsMax: 0,
  listLagMsMax: 0,
  blowMsMean: 0,
  pauseShare: 0,
  pauseMsMax: 0,
  workerFails: 0,
  clockSkewMsMax: 0,
};
